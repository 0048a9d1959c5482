"""Two public pages with one box: for who answers the telephone, and for a screen in a hall that forgets."""

from dataclasses import dataclass

from flask import Response, url_for
from sqlalchemy.orm import Session

from registry import runtime
from registry.domain.law.reference import Reference
from registry.domain.literals import chinese_day
from registry.phrases import Phrase, joined
from registry.queries.law import reference_data
from registry.queries.publication import record_query, record_search
from registry.queries.publication.publications import Moment
from registry.refusals.acts import QueryRefused
from registry.web import views
from registry.web.blueprint import arguments, pages, present_moment, render_uncached
from registry.web.views import Card

RESULTS_MAX = 10
"""Nobody reads more aloud; beyond, the name must be completed."""
FORGET_SECONDS = 60


@dataclass(frozen=True)
class Lookup:
    """What one box found: a sentence for each record, names that may be meant, and why nothing was looked up."""

    typed: str = ""
    sentences: tuple[tuple[str, str], ...] = ()
    total: int = 0
    near: tuple[str, ...] = ()
    refusal: str = ""


@pages.get("/hotline")
def hotline() -> Response:
    """One box, and one sentence per record to read aloud."""
    return render_uncached("hotline.html", lookup=_look_up(arguments().get("q", "")), results_max=RESULTS_MAX)


@pages.get("/kiosk")
def kiosk() -> Response:
    """The same in large type; what was asked is forgotten after a minute."""
    lookup = _look_up(arguments().get("q", ""))
    response = render_uncached("kiosk.html", lookup=lookup, results_max=RESULTS_MAX, forget_seconds=FORGET_SECONDS)
    if lookup.typed or lookup.refusal:
        response.headers["Refresh"] = f"{FORGET_SECONDS}; url={url_for('web.kiosk')}"
    return response


def _look_up(text: str) -> Lookup:
    if not text.strip():
        return Lookup()
    with runtime.reading() as session:
        reference = reference_data.current(session)
        try:
            query = record_query.parse_record_query({"q": text}, reference)
        except QueryRefused as refusal:  # what was typed is not repeated: it may be somebody's number
            return Lookup(refusal=joined((fault.detail for fault in refusal.faults), "；") or refusal.title)
        return _answer(session, reference, query, present_moment(session))


def _answer(session: Session, reference: Reference, query: record_query.RecordQuery, at: Moment) -> Lookup:
    search = record_search.Search(session, query.wanted, at)
    found = search.page(RESULTS_MAX)
    cards = [views.card(publication, reference, at.on) for publication in found.publications]
    near = [] if cards else [publication.name or "" for publication, _ in record_search.near(search)]
    return Lookup(
        typed=query.typed["q"],
        sentences=tuple((card.record, sentence(card)) for card in cards),
        total=found.total,
        near=tuple(dict.fromkeys(name for name in near if name)),
    )


def sentence(card: Card) -> str:
    """A record in one sentence to be read aloud: about whom, by whom, what, which measures until when."""
    about = card.name
    if card.uscc:
        about = Phrase("%(name)s（统一社会信用代码末四位 %(last4)s）", name=about, last4=card.uscc[-4:])
    what = Phrase("%(name)s（%(origin)s）", name=card.kind_name, origin=card.what)
    if card.decided_on:
        day = chinese_day(card.decided_on)
        act = Phrase("%(authority)s于%(day)s作出%(what)s", authority=card.authority, day=day, what=what)
    else:
        act = Phrase("%(authority)s作出%(what)s", authority=card.authority, what=what)
    measures = joined(
        (Phrase("%(name)s，至%(day)s", name=one.name, day=_spoken_day(one.until)) for one in card.measures), "；"
    )
    effect = Phrase("现有限制：%(measures)s", measures=measures) if measures else "现在没有生效的限制措施"
    shown = [joined((act, effect), "，"), *(["当事人已提出异议，正在处理"] if card.disputed_on else [])]
    return Phrase(
        "%(about)s：%(facts)s；公示至%(until)s。",
        about=about,
        facts=joined(shown, "；"),
        until=_spoken_day(card.until),
    )


def _spoken_day(day: str) -> str:
    return chinese_day(day) if day[:1].isdigit() else day
