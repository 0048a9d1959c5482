"""Two public pages with one box: for who answers the telephone, and for a screen in a hall that forgets."""

from dataclasses import dataclass

from flask import Response, url_for
from sqlalchemy.orm import Session

from registry import runtime
from registry.domain.law.reference import Reference
from registry.domain.literals import chinese_day
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
            return Lookup(refusal="；".join(fault.detail for fault in refusal.faults) or refusal.title)
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
    code = f"（统一社会信用代码末四位 {card.uscc[-4:]}）" if card.uscc else ""
    decided = f"于{chinese_day(card.decided_on)}" if card.decided_on else ""
    measures = "；".join(f"{measure.name}，至{_spoken_day(measure.until)}" for measure in card.measures)
    effect = f"现有限制：{measures}" if measures else "现在没有生效的限制措施"
    disputed = "；当事人已提出异议，正在处理" if card.disputed_on else ""
    return (
        f"{card.name}{code}：{card.authority}{decided}作出{card.kind_name}（{card.what}），"
        f"{effect}{disputed}；公示至{_spoken_day(card.until)}。"
    )


def _spoken_day(day: str) -> str:
    return chinese_day(day) if day[:1].isdigit() else day
