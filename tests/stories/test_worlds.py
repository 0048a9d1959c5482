"""Whatever happens to records and relations, a check says what a naive oracle says, at every entry, for every day."""

import datetime as dt
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import runtime
from registry.domain.law.publicity import add_months
from registry.queries.law import reference_data
from registry.queries.publication import ledger_state
from registry.services.checks import award_check
from registry.services.checks.request import Inquiry, Party, parse_inquiry
from registry.settings import Settings
from tests.support.worlds import CONTENTS, DEBTOR, ORDER, WAYS, World

FIRM, WHAT = st.integers(0, 2), st.sampled_from(sorted(CONTENTS))
KIND, AGO = st.sampled_from(sorted(WAYS)), st.sampled_from([0, 1, 40, 400])
LASTS = st.sampled_from([None, 15, 60])
ACTS = st.one_of(
    st.tuples(st.just("punish"), FIRM, WHAT, st.sampled_from([0, 1, 40, 700, 1090])),
    st.tuples(
        st.just("relate"),
        st.sampled_from(sorted(WAYS)),
        FIRM,
        FIRM,
        st.sampled_from([0, 30, 400]),
        st.sampled_from([None, 15, 60]),
    ),
    st.tuples(st.just("correct"), st.integers(0, 9), WHAT),
    st.tuples(st.just("adopt"), FIRM, AGO, LASTS),
    st.tuples(st.sampled_from(["suspend", "resume", "withdraw", "repair", "unrelate", "delist"]), st.integers(0, 9)),
    st.tuples(st.just("wait"), st.sampled_from([1, 20, 100, 400])),
)
NEEDS = {
    "correct": ("published",), "suspend": ("published",), "resume": ("suspended",), "withdraw": ("published",),
    "repair": ("published",), "unrelate": ("published",), "delist": ("published", "suspended"),
}  # fmt: skip
OF_PENALTIES = ("correct", "withdraw", "repair")


@pytest.fixture(name="settings")
def many_applications(tmp_path, store):
    """All worlds live on the same days, so more people apply within an hour than usual."""
    return Settings(home=str(tmp_path), database_url=store, node="city", applications_per_hour_max=10**6)


def live(world, act, *given):
    """One act, if it is possible now."""
    if act == "wait":
        world.wait_until(world.day + dt.timedelta(days=given[0]))
    elif act in NEEDS:
        able = [one for one in able_for(world, act) if one.versions[-1].state in NEEDS[act]]
        if able:
            getattr(world, act)(able[given[0] % len(able)], *given[1:])
    else:
        getattr(world, act)(*given)


def able_for(world, act):
    """The records on which an act is taken: some are of penalties, or of places on a list, alone."""
    if act == "unrelate":
        return world.relations
    listed = {"delist": (DEBTOR,)} | dict.fromkeys(OF_PENALTIES, ("",))
    return [one for one in world.records if one.kind in listed.get(act, ("", DEBTOR))]


def lived(bureau, data):
    """A world that begins with a sanction of firm 0 or its place on a list, and a relation of it; the ledger's size."""
    world = World(bureau)
    if data.draw(st.booleans()):
        live(world, "adopt", 0, data.draw(AGO), data.draw(LASTS))
    else:
        live(world, "punish", 0, data.draw(st.sampled_from(["ban", "ban", "tender", "grave"])), data.draw(AGO))
    ends = data.draw(st.sampled_from([(0, 1), (1, 0)]))
    live(world, "relate", data.draw(KIND), *ends, data.draw(st.sampled_from([0, 30, 400])), data.draw(LASTS))
    for act in data.draw(st.lists(ACTS, max_size=6)):
        live(world, *act)
    with runtime.reading() as session:
        return world, ledger_state.head(session)


def telling(world):
    """Days on which something begins or ends, and the days before."""
    found = {world.day} | {one.since for one in world.relations} | {one.decided for one in world.records}
    found |= {one.until for one in world.relations + world.records if one.until}
    found |= {add_months(one.decided, months) for one in world.records for months in (24, 36)}
    found |= {day for one in world.records for gap in one.versions[-1].rests for day in gap if day}
    return found | {day - dt.timedelta(days=1) for day in found}


def answers(world, parties, sector, day, entry):
    """The verdicts of a check that is signed and stored."""
    inquiry = Inquiry({"code": "W"}, sector, True, None, day, parties, entry)
    made = world.bureau.do("centre", lambda work: award_check.check(work, inquiry))
    statement = json.loads(made.receipt)["statement"]
    return [line["verdict"] for line in statement["lines"]]


def answers_to_all(world, parties, asked):
    """The verdicts for each (sector, day, entry), by the same look-ups and rules in one reading, neither signed nor
    stored."""

    def act(work):
        reference = reference_data.current(work.session)
        for sector, day, entry in asked:
            inquiry = Inquiry({"code": "W"}, sector, True, None, day, parties, entry)
            checked = parse_inquiry(work, inquiry, reference)
            lines = award_check.answer(work, inquiry, checked, entry, reference)
            yield [line["verdict"] for line in lines]

    return world.bureau.do("centre", lambda work: list(act(work)))


class TestVerdicts:
    @settings(max_examples=30)
    @given(st.data())
    def test_are_those_of_the_oracle(self, bureau, data):
        world, head = lived(bureau, data)
        entries = [version.entry for one in world.records + world.relations for version in one.versions]
        days = data.draw(st.lists(st.sampled_from(sorted(telling(world))), min_size=4, max_size=4, unique=True))
        roles = data.draw(st.tuples(*[st.sampled_from(["bidder", "project_manager"])] * 3))
        parties = [
            Party(str(place), role, firm["name"], firm["uscc"])
            for place, (firm, role) in enumerate(zip(world.firms, roles, strict=True))
        ]
        parties.append(Party("3", "legal_representative", "卞子墨", None, "111", world.person))
        seen = {head, *data.draw(st.lists(st.sampled_from(entries or [head]), max_size=2))}
        asked = [(sector, day, entry) for entry in seen for day in days for sector in ("procurement", "construction")]
        found = answers_to_all(world, parties, asked)
        assert answers(world, parties, *asked[0]) == found[0]
        for (sector, day, entry), verdicts in zip(asked, found, strict=True):
            wanted = world.expected_of_all([one.role for one in parties], sector, day, entry)
            assert verdicts == wanted, (day, entry, sector)

    @settings(max_examples=10)
    @given(st.data())
    def test_of_a_consortium_and_of_bare_names_follow_from_those(self, bureau, data):
        world, head = lived(bureau, data)
        member = [
            Party(str(place), "consortium_member", firm["name"], firm["uscc"], of="0" if place else None)
            for place, firm in enumerate(world.firms)
        ]
        own = [world.expected(place, "consortium_member", "procurement", world.day, head) for place in range(3)]
        found = answers(world, member, "procurement", world.day, head)
        assert found == [max(own, key=ORDER.index), *own[1:]]
        named = [Party(str(place), "bidder", firm["name"]) for place, firm in enumerate(world.firms)]
        assert answers(world, named, "procurement", world.day, head) == ["review"] * 3
