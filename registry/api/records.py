"""Public routes: published records, their history, and the changes in order."""

import datetime as dt
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from registry import runtime
from registry.api import views
from registry.api.auth import public
from registry.api.schemas.record import (
    ChangesPage,
    ChangesQuery,
    MomentQuery,
    RecordAnswer,
    RecordMoment,
    RecordPage,
    RecordQuery,
    SuggestionQuery,
    Suggestions,
    VersionPage,
)
from registry.api.wire import Blueprint, respond_with_etag
from registry.domain.law.reference import Reference
from registry.domain.publication.log_identity import LogIdentity
from registry.errors import Fault
from registry.models import Publication
from registry.queries.law import reference_data
from registry.queries.publication import ledger_state, log_identity, publications, record_query, record_search
from registry.refusals.acts import EpochOver, NotSealed, QueryRefused, RecordUnknown
from registry.serving import conditional
from registry.unit_of_work import day_of

blueprint = Blueprint("records", __name__, url_prefix="/api/v1", description="公示的记录")

blueprint.before_request(conditional.answer_unchanged)


@blueprint.route("/records")
@public
@blueprint.arguments(RecordQuery, location="query")
@blueprint.response(200, RecordPage)
def search(query: dict[str, Any]) -> Response:
    """Records visible on a day, newest entry first; `next` and `previous` go on at the same entry and day.

    `total` is how many match, `facets` how they divide: each facet counts as if it were not narrowed itself. With
    `q`, the first page also has `near`: records of names that may be meant, each with what differs.
    """
    with runtime.reading() as session:
        identity = log_identity.current(session, runtime.settings().node)
        parsed = _record_query(query, reference_data.current(session), identity)
        on, entry = _moment(query, parsed)
        at = publications.moment(session, day_of(runtime.clock()), on, entry)
        results = record_search.Search(session, parsed.wanted, at)
        page = results.page(query["limit"], before=parsed.before, after=parsed.after)
        facets = results.facets()
        near = record_search.near(results) if parsed.is_first else []
    edges = [row.from_entry for row in page.publications] or [0]
    turns = {
        "next": page.has_older and record_query.page_token(at, edges[-1], identity.epoch),
        "previous": page.has_newer and record_query.page_token(at, edges[0], identity.epoch),
    }
    body = {
        "items": [views.record(row) for row in page.publications],
        "near": [views.near(row, match) for row, match in near],
        **{name: token or None for name, token in turns.items()},
        "total": page.total,
        "facets": views.facets(facets),
        "entry": at.entry,
        "on": at.on.isoformat(),
    }
    return respond_with_etag(body, f"{at.entry}.{at.on}.{at.today}.{parsed.before or 0}.{parsed.after or 0}")


@blueprint.route("/suggestions")
@public
@blueprint.arguments(SuggestionQuery, location="query")
@blueprint.response(200, Suggestions)
def suggest(query: dict[str, Any]) -> Response:
    """Names of published records that may be meant by what is being typed; pinyin finds by its sound."""
    with runtime.reading() as session:
        parsed = record_query.parse_record_query(query, reference_data.current(session))
        at = publications.moment(session, day_of(runtime.clock()))
        names = record_search.suggestions(session, parsed.wanted, at)
    return respond_with_etag({"items": names}, f"{at.entry}.{at.on}")


@blueprint.route("/records/<record>")
@public
@blueprint.arguments(RecordMoment, location="query")
@blueprint.response(200, RecordAnswer)
def get_record(query: dict[str, Any], record: str) -> Response:
    """One record with its inclusion proof; of a withdrawn one only when and why it was withdrawn.

    With `field` the proof also discloses that field alone: its salt and path lead to the commitment of the entry.
    """
    with runtime.reading() as session:
        at = publications.moment(session, day_of(runtime.clock()), query["on"], query["known_at"])
        try:
            found = publications.record(session, record, at)
            body = views.record(found) | {"proof": _proof(session, found)}
            if query["field"]:
                body["disclosure"] = views.disclosure(found, query["field"])
        except RecordUnknown:
            if query["on"] or query["known_at"] is not None:
                raise
            body = views.tombstone(publications.withdrawn(session, record))
    return respond_with_etag(body, f"{body['revision']}.{body['state']}.{bool(body.get('proof'))}.{query['field']}")


@blueprint.route("/records/<record>/history")
@public
@blueprint.arguments(MomentQuery, location="query")
@blueprint.response(200, VersionPage)
def history(query: dict[str, Any], record: str) -> Response:
    """The public versions of a record that is still shown, oldest first."""
    with runtime.reading() as session:
        at = publications.moment(session, day_of(runtime.clock()), query["on"], query["known_at"])
        versions = publications.history(session, record, at)
    body = {
        "items": [views.record(one) for one in versions],
        "next": None,
        "entry": at.entry,
        "on": at.on.isoformat(),
    }
    return respond_with_etag(body, f"{versions[-1].revision}.{at.entry}.{at.on}")


@blueprint.route("/changes")
@public
@blueprint.arguments(ChangesQuery, location="query")
@blueprint.response(200, ChangesPage)
def changes(query: dict[str, Any]) -> Response:
    """Entries after a number, in order: publish, correct, withdraw, expire.

    A number of an epoch that is over is refused with 410 and the new `epoch`.
    """
    with runtime.reading() as session:
        identity, head = log_identity.current(session, runtime.settings().node), ledger_state.head(session)
        _require_epoch(identity, query["epoch"], query["after"], head)
        entries = publications.changes(session, after=query["after"], limit=query["limit"])
        public_entries = publications.public_entries(session, [entry.number for entry in entries])
        items = [views.change(entry, is_public=entry.number in public_entries) for entry in entries]
    last = items[-1]["entry"] if items else None
    body = {"items": items, "next": last, "head": head, "epoch": identity.epoch}
    return respond_with_etag(body, f"{query['after']}.{last}.{head}")


def _require_epoch(identity: LogIdentity, epoch: str | None, after: int, head: int) -> None:
    """Refuse ``EpochOver`` a number that was given in another epoch.

    One without an epoch is taken as of today's only while there was no other, and never beyond the head.
    """
    is_current = epoch == identity.epoch or (epoch is None and (identity.is_first or after == 0))
    if not is_current or after > head:
        raise EpochOver(epoch=identity.epoch)


def _record_query(query: dict[str, Any], reference: Reference, identity: LogIdentity) -> record_query.RecordQuery:
    arguments = {name: query[name] or "" for name in record_query.FILTERS | {"next", "previous"}}
    blank = sorted(name for name, value in arguments.items() if value and not value.strip())
    if blank:  # on a form an empty field is no filter; a program that sends one meant something
        raise QueryRefused(faults=tuple(Fault(f"/{name}", "empty", "内容是空的") for name in blank))
    return record_query.parse_record_query(record_query.without_epoch(arguments, identity), reference)


def _moment(query: dict[str, Any], parsed: record_query.RecordQuery) -> tuple[dt.date | None, int | None]:
    """Day and ledger size to read at: from the token of a page, else from ``on`` and ``known_at`` or ``entry``."""
    known_at, entry = query["known_at"], query["entry"]
    if known_at is not None and entry is not None and known_at != entry:
        raise QueryRefused(faults=(Fault("/entry", "contradiction", "known_at 与 entry 不一致"),))
    if not parsed.is_first:
        return parsed.on, parsed.entry
    return query["on"], known_at if entry is None else entry


def _proof(session: Session, found: Publication) -> dict[str, Any] | None:
    size = ledger_state.sealed_size(session)
    try:
        path = ledger_state.inclusion(session, found.from_entry, size)
    except NotSealed:
        return None
    return {"entry": found.from_entry, "size": size, "path": [node.hex() for node in path]}
