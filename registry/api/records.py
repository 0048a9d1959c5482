"""Public routes: published records, their history, and the changes in order."""

import datetime as dt
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from registry import runtime
from registry.api import views
from registry.api.auth import public
from registry.api.schemas.record import KINDS, ChangesPage, ChangesQuery, MomentQuery, RecordPage, RecordQuery
from registry.api.wire import Blueprint, answered, whole
from registry.domain import identifiers
from registry.domain.naming import name_key
from registry.errors import Fault, Invalid
from registry.models import Publication
from registry.queries.publication import ledger_state, publications
from registry.refusals.acts import NotSealed, QueryRefused, RecordUnknown
from registry.unit_of_work import day_of

blueprint = Blueprint("records", __name__, url_prefix="/api/v1", description="公示的记录")


@blueprint.route("/records")
@public
@blueprint.arguments(RecordQuery, location="query")
@blueprint.response(200, RecordPage)
def search(query: dict[str, Any]) -> Response:
    """Records visible on a day, newest entry first; `next` goes on at the same entry and day.

    With `q`, the first page also has `near`: records of names that may be meant, each with what differs.
    """
    wanted = _filter(query)
    on, entry, before = _place(query)
    limit = query["limit"]
    with runtime.reading() as session:
        at = publications.moment(session, day_of(runtime.clock()), on, entry)
        found = publications.search(session, wanted, at, before=before, limit=limit + 1)
        near = publications.near(session, wanted, at) if before is None else []
    shown, more = found[:limit], len(found) > limit
    token = f"{at.entry}.{at.on.isoformat()}.{shown[-1].from_entry}" if more else None
    body = {
        "items": [views.record(one) for one in shown],
        "near": [views.near(one, match) for one, match in near],
        "next": token,
        "entry": at.entry,
        "on": at.on.isoformat(),
    }
    return answered(body, f"{at.entry}.{at.on}.{at.today}.{before or 0}")


@blueprint.route("/records/<record>")
@public
@blueprint.arguments(MomentQuery, location="query")
def get_record(query: dict[str, Any], record: str) -> Response:
    """One record with its inclusion proof; of a withdrawn one only when and why it was withdrawn."""
    with runtime.reading() as session:
        at = publications.moment(session, day_of(runtime.clock()), query["on"], query["known_at"])
        try:
            found = publications.record(session, record, at)
            body = views.record(found) | {"proof": _proof(session, found)}
        except RecordUnknown:
            if query["on"] or query["known_at"] is not None:
                raise
            body = views.tombstone(publications.withdrawn(session, record))
    return answered(body, f"{body['revision']}.{body['state']}.{bool(body.get('proof'))}")


@blueprint.route("/records/<record>/history")
@public
@blueprint.arguments(MomentQuery, location="query")
@blueprint.response(200, RecordPage)
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
    return answered(body, f"{versions[-1].revision}.{at.entry}.{at.on}")


@blueprint.route("/changes")
@public
@blueprint.arguments(ChangesQuery, location="query")
@blueprint.response(200, ChangesPage)
def changes(query: dict[str, Any]) -> Response:
    """Entries after a number, in order: publish, correct, withdraw, expire."""
    with runtime.reading() as session:
        head = ledger_state.head(session)
        items = [views.change(one) for one in publications.changes(session, after=query["after"], limit=query["limit"])]
    last = items[-1]["entry"] if items else None
    return answered({"items": items, "next": last, "head": head}, f"{query['after']}.{last}.{head}")


def _filter(query: dict[str, Any]) -> publications.Filter:
    kinds = tuple(kind for kind in query["kind"].split(",") if kind)
    if set(kinds) - set(KINDS):
        raise QueryRefused(faults=(Fault("/kind", "kind-unknown", "kind 应为 penalty、listing 或 commendation"),))
    return publications.Filter(
        kinds=kinds,
        sector=query["sector"],
        behaviour=query["behaviour"],
        district=query["district"],
        authority=query["authority"],
        name=_name(query["q"]),
        uscc=_uscc(query["uscc"]),
    )


def _name(text: str | None) -> str | None:
    """The name to look for. The public never searches by identity number, so a number like one is refused."""
    if text is None:
        return None
    if not name_key.key(text):
        raise QueryRefused(faults=(Fault("/q", "name-empty", "q 中没有可查询的字"),))
    try:
        identifiers.resident_id(text)
    except Invalid:
        return text
    raise QueryRefused(faults=(Fault("/q", "identity-number", "不得以身份证号码查询"),))


def _uscc(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return identifiers.uscc(text, strict=False)
    except Invalid as refusal:
        raise QueryRefused(faults=(Fault("/uscc", refusal.code, refusal.title),)) from None


def _place(query: dict[str, Any]) -> tuple[dt.date | None, int | None, int | None]:
    """Day, entry and position: from the ``next`` token, else from ``on`` and ``known_at`` or ``entry``."""
    known_at, entry = query["known_at"], query["entry"]
    if known_at is not None and entry is not None and known_at != entry:
        raise QueryRefused(faults=(Fault("/entry", "contradiction", "known_at 与 entry 不一致"),))
    if not query["next"]:
        return query["on"], known_at if entry is None else entry, None
    try:
        entry_text, day, before = query["next"].split(".")
        return dt.date.fromisoformat(day), whole(entry_text), whole(before)
    except ValueError:
        raise QueryRefused(faults=(Fault("/next", "next-malformed", "next 不是本接口给出的值"),)) from None


def _proof(session: Session, found: Publication) -> dict[str, Any] | None:
    size = ledger_state.sealed_size(session)
    try:
        path = ledger_state.inclusion(session, found.from_entry, size)
    except NotSealed:
        return None
    return {"entry": found.from_entry, "size": size, "path": [node.hex() for node in path]}
