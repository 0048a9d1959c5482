"""Whatever files of a list come week by week, who is on it and what a check says is what a naive book of it says."""

import copy
import datetime as dt
import itertools
import json
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import Refusal
from registry.services.checks import award_check
from registry.services.checks.request import Inquiry
from tests.support.lists import DAY, Office, firm, party

LISTED = dt.date(2024, 11, 25)
FIRMS = range(4)
ENDS = (None, DAY + dt.timedelta(days=30), DAY + dt.timedelta(days=90), DAY + dt.timedelta(days=900))
"""Last days that a list may state; a place ends the day after."""
ORDER = ("no_record", "on_record", "barred")
NUMBERS = itertools.count(1)
OFF = "off"
NEVER, NOW, BACK = "never", "now", "back"
ROWS = st.dictionaries(st.sampled_from(FIRMS), st.sampled_from([*ENDS, OFF]), max_size=len(FIRMS))
ACTS = st.one_of(
    st.tuples(st.just("file"), st.booleans(), ROWS, st.sampled_from([NOW, NOW, NOW, NEVER, BACK])),
    st.tuples(st.just("file"), st.just(True), ROWS, st.just(NOW)),
    st.tuples(st.just("verify_late"), st.integers(0, 9)),
    st.tuples(st.sampled_from(["stay", "resume"]), st.sampled_from(FIRMS)),
    st.tuples(st.just("wait"), st.sampled_from([1, 7, 40])),
)


@dataclass
class Place:
    """One stay of a firm on the list: until it leaves or is over. It does not bear on the days of ``rests``."""

    firm: int
    seen_from: dt.date
    ends: dt.date | None
    state: str = "stands"
    rests: list[list[dt.date | None]] = field(default_factory=list)

    def verdict(self, day: dt.date) -> str:
        """What it means in procurement, where who is on the list is barred."""
        is_resting = any(since <= day and (until is None or day < until) for since, until in self.rests)
        is_running = day >= LISTED and (self.ends is None or day < self.ends)
        if self.state == "left":
            return "no_record"
        if is_running and not is_resting:
            return "barred"
        is_shown = self.state == "stands" and self.seen_from <= day and (self.ends is None or day < self.ends)
        return "on_record" if is_shown else "no_record"


@dataclass
class File:
    """A file of the list that nobody verified yet: its rows, and when it came among all files."""

    number: int
    order: int
    is_full: bool
    as_of: dt.date
    rows: dict[int, object]


class Book:
    """The list as anybody would keep it by hand who sees every file, and the registry beside it."""

    def __init__(self, office: Office) -> None:
        self.first = next(NUMBERS) * 10  # all books are kept in one store: each is the list of a court of its own
        self.source = f"盐城市示例第{self.first}人民法院"
        self.office, self.day, self.files = office, DAY, 0
        self.places: list[Place] = []
        self.stored: set[int] = set()
        self.last_stated: dict[int, int] = {}
        self.waiting: list[File] = []
        self.wholes: list[tuple[int, dt.date]] = []
        self.as_of: dt.date | None = None
        self.pages: list[tuple[int, dt.date | None, list[Place]]] = []

    def row(self, number: int, **special: str) -> dict[str, str]:
        return firm(self.first + number, **special)

    def standing(self, number: int) -> Place | None:
        return next((one for one in self.places if one.firm == number and one.state in ("stands", "stayed")), None)

    def file(self, is_full: bool, rows: dict[int, object], fate: str) -> None:
        self.files += 1
        cells = [
            self.row(number, 退出日期=self.day.isoformat())
            if end == OFF
            else self.row(number, 有效期至=end.isoformat() if isinstance(end, dt.date) else "")
            for number, end in rows.items()
        ]
        if not cells:
            return
        stored = self.office.store(cells, full=is_full, source=self.source)
        if stored in self.stored:
            return  # the same file of the same day again, and none since
        self.stored.add(stored)
        self.office.run(stored)
        one = File(stored, self.files, is_full, self.day, rows)
        self.last_stated |= {number: one.order for number, end in rows.items() if self.is_stated(number, end)}
        if fate == BACK:
            assert self.office.send_back(stored) == 0
        elif fate == NOW:
            self.take_in(one)
        else:
            self.waiting.append(one)

    def is_stated(self, number: int, end: object) -> bool:
        """A row is kept unless it is of somebody who is neither on the list nor comes to it."""
        return self.standing(number) is not None or (end != OFF and not self.is_over(end))

    def is_over(self, end: object) -> bool:
        return isinstance(end, dt.date) and end < self.day

    def verify_late(self, which: int) -> None:
        if self.waiting:
            one = self.waiting.pop(which % len(self.waiting))
            try:
                self.take_in(one)
            except Refusal:
                assert any(order > one.order for order, _ in self.wholes) or one.is_full

    def take_in(self, one: File) -> None:
        """Another officer verifies a file: what it says last of anybody holds from now on."""
        change = self.office.verify(one.number)
        assert change.waiting == 0
        came, changed, left = 0, 0, 0
        for number, end in one.rows.items():
            if self.last_stated.get(number) != one.order:
                continue
            place, until = self.standing(number), self.after(end)
            if place is None:
                if end != OFF and not self.is_over(end):
                    self.places.append(Place(number, self.day, until))
                    came += 1
            elif end == OFF or (self.is_over(end) and until != place.ends):
                place.state = "left"
                left += 1
            elif place.state == "stands" and until != place.ends:
                place.ends = until
                changed += 1
        if one.is_full:
            for place in self.places:
                if place.state in ("stands", "stayed") and self.last_stated.get(place.firm, 0) < one.order:
                    place.state = "left"
                    left += 1
            self.wholes.append((one.order, one.as_of))
            self.as_of = one.as_of
        assert (len(change.came), len(change.changed), len(change.left)) == (came, changed, left)

    @staticmethod
    def after(end: object) -> dt.date | None:
        return end + dt.timedelta(days=1) if isinstance(end, dt.date) else None

    def stay(self, number: int) -> None:
        self.order(number, "stands", self.office.stay, lambda place: place.rests.append([self.day, None]), "stayed")

    def resume(self, number: int) -> None:
        def end_rest(place: Place) -> None:
            since, _ = place.rests.pop()
            if since < self.day:
                place.rests.append([since, self.day])

        self.order(number, "stayed", self.office.resume, end_rest, "stands")

    def order(self, number, state, act, note, after) -> None:
        """An order about a place; the registry may refuse it while a later state of the list waits."""
        place = self.standing(number)
        if place is None or place.state != state:
            return
        try:
            act(self.office.record_on_list(self.row(number), self.source))
        except Refusal:
            is_waiting = any(number in one.rows for one in self.waiting)
            assert is_waiting or (place.ends is not None and place.ends <= self.day)
        else:
            note(place)
            place.state = after

    def wait(self, days: int) -> None:
        self.day += dt.timedelta(days=days)
        self.office.bureau.go(self.day)
        while self.office.bureau.tidy():
            pass
        for place in self.places:
            if place.state == "stands" and place.ends is not None and place.ends <= self.day:
                place.state = "over"

    def turn_page(self) -> None:
        self.pages.append((self.office.head(), self.as_of, copy.deepcopy(self.places)))


def answered(bureau, inquiry):
    made = bureau.do("centre", lambda work: award_check.check(work, inquiry))
    return json.loads(made.receipt)["statement"]


class TestListOfAnotherAuthority:
    @settings(max_examples=25)
    @given(st.data())
    def test_is_what_its_files_say_at_every_entry_and_day(self, bureau, data):
        book = Book(Office(bureau))
        book.file(True, data.draw(ROWS), NOW)
        book.turn_page()
        for act, *given_values in data.draw(st.lists(ACTS, min_size=1, max_size=8)):
            getattr(book, act)(*given_values)
            book.turn_page()
        asked = [party(book.row(number), ref=str(number)) for number in FIRMS]
        offsets = [-1, 0, 1, 30, 31, 60, 91]
        days = [book.day, *(DAY + dt.timedelta(days=offset) for offset in data.draw(st.permutations(offsets))[:2])]
        for head, as_of, places in {page[0]: page for page in book.pages}.values():
            for day in days:
                inquiry = Inquiry({"code": "L"}, "procurement", True, None, day, asked, head)
                found = answered(bureau, inquiry)
                verdicts = [
                    max(
                        (place.verdict(day) for place in places if place.firm == number),
                        key=ORDER.index,
                        default="no_record",
                    )
                    for number in FIRMS
                ]
                assert [line["verdict"] for line in found["lines"]] == verdicts, (head, day)
                if as_of is not None:
                    days_known = [one["as_of"] for one in found["lists"] if one.get("source") == book.source]
                    assert days_known == [as_of.isoformat()]
        assert book.office.sound() == []
