"""The pages of the records. Each opens one read, takes its day from the clock, and renders."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from registry import runtime
from registry.domain import labels
from registry.domain.law.reference import Reference
from registry.domain.publication import canonical
from registry.models import Checkpoint, Publication
from registry.queries.cases import relief_status
from registry.queries.checks import receipt_proof
from registry.queries.law import reference_data
from registry.queries.publication import (
    known_keys,
    ledger_state,
    log_identity,
    publications,
    record_query,
    record_search,
    record_terms,
)
from registry.queries.publication.publications import Filter, Moment
from registry.refusals.acts import BodyRefused, QueryRefused, RecordUnknown
from registry.refusals.content import ReceiptRefused, SectorUnknown
from registry.unit_of_work import SHANGHAI, day_of
from registry.web import sections, views
from registry.web.blueprint import arguments, pages, present_moment, render_page, render_uncached, today
from registry.web.formatting import plain
from registry.web.measures import measures, suspensions

RECORDS_PER_PAGE = 20
NEWEST_ON_SECTOR_PAGE = 5
DAYS_OF_WEEK, NEWEST_OF_WEEK = 7, 8
RECEIPT_BYTES_MAX = 5 * 1024 * 1024
_GONE = 410


@pages.get("/")
def home() -> Response:
    """What this is, the search, the sectors, the state of the ledger."""
    with runtime.reading() as session:
        at = present_moment(session)
        return render_page(
            "home.html",
            sectors=reference_data.current(session).rows("sectors", at.on),
            counts=record_search.sector_counts(session, at),
            week=_week(session, at),
            entry=at.entry,
            sealed=_sealed(ledger_state.last_checkpoint(session)),
        )


@pages.get("/records")
def records() -> Response:
    """Published records that fit the filters, newest entry first."""
    with runtime.reading() as session:
        reference = reference_data.current(session)
        identity = log_identity.current(session, runtime.settings().node)
        query = record_query.parse_record_query(record_query.without_epoch(arguments(), identity), reference)
        at = publications.moment(session, today(), query.on, query.entry)
        results = record_search.Search(session, query.wanted, at)
        found = results.page(RECORDS_PER_PAGE, before=query.before, after=query.after)
        return render_page(
            "records.html",
            cards=[views.card(publication, reference, at.on) for publication in found.publications],
            found=found,
            facets=views.facets(results.facets(), query.typed, reference),
            near=_near(query, results, reference),
            at=at,
            typed=query.typed,
            kept=_without_place(query.typed),
            feed={name: value for name, value in query.typed.items() if name in record_query.FILTERS},
            turns=_turns(query.typed, at, found, identity.epoch),
            reference=reference,
        )


@pages.get("/records/<record_id>")
def record(record_id: str) -> Response:
    """One record with its history; a withdrawn one says only that, when, and why."""
    if not record_id.isalnum() or not record_id.isascii():
        raise RecordUnknown()
    with runtime.reading() as session:
        at = present_moment(session)
        try:
            publication = publications.record(session, record_id, at)
        except RecordUnknown:
            return _withdrawn(session, record_id)
        reference = reference_data.current(session)
        body = views.body_of(publication)
        return render_page(
            "record.html",
            card=views.card(publication, reference, at.on),
            body=body,
            publication=publication,
            sections=sections.sections(body, reference),
            responsible=sections.responsible(body),
            grounds=_grounds(session, body, at),
            measures=measures(body, reference, at.on),
            suspensions=suspensions(body),
            history=views.steps(publications.history(session, record_id, at)),
            sealed=_sealed(ledger_state.last_checkpoint(session)),
            relief=_relief(publication, body),
        )


@pages.get("/sectors/<code>")
def sector(code: str) -> Response:
    """What the plan demands of a sector, its catalogue items, its newest records."""
    with runtime.reading() as session:
        at = present_moment(session)
        reference = reference_data.current(session)
        row = next((row for row in reference.rows("sectors", at.on) if row.code == code), None)
        if row is None:
            raise SectorUnknown()
        newest = record_search.Search(session, Filter(sector=code), at).page(NEWEST_ON_SECTOR_PAGE)
        return render_page(
            "sector.html",
            row=row,
            items=[item for item in reference.rows("catalogue", at.on) if _belongs(item, row)],
            cards=[views.card(publication, reference, at.on) for publication in newest.publications],
            total=newest.total,
            at=at,
        )


@pages.get("/verify")
def verify_form() -> Response:
    """Ask for a receipt; ``digest`` is that of the code on a printed one."""
    return render_page("verify.html", proven=None, digest=_digest(arguments().get("digest", "")))


@pages.post("/verify")
def verify() -> Response:
    """What a receipt of this node proves; refuses any other as ``ReceiptRefused``, saying why."""
    request.max_content_length = RECEIPT_BYTES_MAX
    upload = request.files.get("receipt")
    data = upload.read() if upload else b""
    if not data:
        raise BodyRefused("请选择一个回执文件（JSON 或者 PDF）。")
    digest = _digest(request.form.get("digest", ""))
    file = receipt_proof.open_file(data)
    if digest and file.digest != digest:
        raise ReceiptRefused("文件不是纸面二维码所指的那份回执")
    with runtime.reading() as session:
        ring = known_keys.ring_with_policy(session, runtime.settings().node, runtime.keys().signer)
        proven = receipt_proof.prove_file(session, ring, file)["explanation"]
    return render_uncached("verify.html", proven=plain(proven), digest=digest)


def _week(session: Session, at: Moment) -> dict[str, Any]:
    """What began to be shown within the last days, without natural persons: search engines list this page."""
    search = record_search.Search(session, Filter(), at)
    person = record_terms.term("subject", record_terms.NATURAL_PERSON)
    first = at.on - dt.timedelta(days=DAYS_OF_WEEK - 1)
    search.entries = search.without(person) & search.new_since(at.entry, first - dt.timedelta(days=1))
    found = search.page(NEWEST_OF_WEEK)
    reference = reference_data.current(session)
    cards = [views.card(publication, reference, at.on) for publication in found.publications]
    return {"first": first, "total": found.total, "cards": cards}


def _grounds(session: Session, body: Mapping[str, Any], at: Moment) -> list[dict[str, Any]]:
    """What a listing rests on; ``is_shown``: the penalty has a page now."""
    grounds = body.get("grounds") or ()
    shown = publications.visible_records(session, [one["record"] for one in grounds if one["record"]], at)
    return [{**one, "is_shown": one["record"] in shown} for one in grounds]


def _relief(publication: Publication, body: Mapping[str, Any]) -> dict[str, Any]:
    """What the subject can apply for here, and from which day on a repair."""
    is_ours = publication.origin == runtime.settings().node
    opens = body.get("repairable_from") or ""
    return {
        "is_here": is_ours and publication.kind in relief_status.DISPUTABLE_KINDS,
        "is_ours": is_ours,
        "is_disputable": publication.kind in relief_status.DISPUTABLE_KINDS,
        "repairable_from": opens,
        "is_repairable": bool(opens) and opens <= today().isoformat(),
    }


def _near(
    query: record_query.RecordQuery, results: record_search.Search, reference: Reference
) -> list[tuple[views.Card, str]]:
    """On the first page: records of names that may be meant, and what differs."""
    if not query.is_first:
        return []
    found = record_search.near(results)
    return [
        (views.card(publication, reference, results.at.on), views.differences(match)) for publication, match in found
    ]


def _digest(text: str) -> str:
    if text and not canonical.is_hex(text, 64):
        raise QueryRefused("摘要应为 64 位小写十六进制。")
    return text


def _withdrawn(session: Session, record_id: str) -> Response:
    publication = publications.withdrawn(session, record_id)
    body = views.body_of(publication)
    return render_page(
        "withdrawn.html",
        _GONE,
        day=day_of(publication.recorded_at),
        word=labels.ACTS[publication.act],
        reason=body.get("removed_because") or "",
    )


def _belongs(item: object, row: object) -> bool:
    # The sector names its items; those of "all" hold for each sector.
    return getattr(item, "sector", "") == "all" or getattr(item, "code", "") in getattr(row, "catalogue", ())


def _turns(typed: Mapping[str, str], at: Moment, found: record_search.Found, epoch: str) -> dict[str, dict[str, str]]:
    """The queries of the pages before and after, pinned to the ledger size and day of this one."""
    kept = _without_place(typed)
    turns = {}
    if found.has_newer and found.publications:
        newest = found.publications[0].from_entry
        turns["previous"] = {**kept, "previous": record_query.page_token(at, newest, epoch)}
    if found.has_older and found.publications:
        oldest = found.publications[-1].from_entry
        turns["next"] = {**kept, "next": record_query.page_token(at, oldest, epoch)}
    return turns


def _without_place(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in typed.items() if name not in ("next", "previous")}


def _sealed(checkpoint: Checkpoint | None) -> dict[str, object] | None:
    if checkpoint is None:
        return None
    signed_at = checkpoint.signed_at.astimezone(SHANGHAI)
    return {"size": checkpoint.size, "root": checkpoint.root, "at": f"{signed_at:%Y-%m-%d %H:%M:%S}"}
