"""The public pages. Each opens one read, takes its day from the clock, and renders."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy.orm import Session

from registry import db
from registry.models import Checkpoint
from registry.queries import keyring, ledger, publications, receipts
from registry.queries import reference as law
from registry.queries.publications import Filter, Moment
from registry.refusals.acts import BodyRefused, QueryRefused, RecordUnknown
from registry.refusals.content import ReceiptRefused, SectorUnknown
from registry.web import asking, labels, problems, views
from registry.work import SHANGHAI, day_of

RECORDS_PER_PAGE = 20
NEWEST_ON_SECTOR_PAGE = 5
RECEIPT_BYTES_MAX = 5 * 1024 * 1024
_GONE = 410
_PARAMETERS = {"web.records": asking.PARAMETERS, "web.verify_form": frozenset({"digest"})}
_DIGEST = re.compile(r"[0-9a-f]{64}")

pages = Blueprint("web", __name__, template_folder="templates", static_folder="static")
problems.init_pages(pages)


@pages.before_request
def _refuse_unknown_parameters() -> None:
    if request.endpoint != "web.static":
        problems.refuse_unknown(_PARAMETERS.get(request.endpoint or "", frozenset()))


@pages.context_processor
def _everywhere() -> dict[str, object]:
    return {"site": db.settings().node_name, "labels": labels}


@pages.app_template_filter("counted")
def counted(total: int) -> str:
    """A total, or that there are more than are counted."""
    return f"{publications.COUNT_MAX} 以上" if total > publications.COUNT_MAX else str(total)


@pages.get("/")
def home() -> Response:
    """What this is, the search, the sectors, the state of the ledger."""
    with db.reading() as session:
        at = _now(session)
        return _page(
            "home.html",
            sectors=law.current(session).rows("sectors", at.on),
            counts=publications.sector_counts(session, at),
            entry=at.entry,
            sealed=_sealed(ledger.last_checkpoint(session)),
        )


@pages.get("/records")
def records() -> Response:
    """Published records that fit the filters, newest entry first."""
    with db.reading() as session:
        reference = law.current(session)
        asked = asking.read(request.args, reference)
        at = publications.moment(session, _today(), asked.on, asked.entry)
        found = publications.search(
            session, asked.wanted, at, before=asked.before, limit=RECORDS_PER_PAGE + 1
        )
        shown = found[:RECORDS_PER_PAGE]
        more = shown[-1].from_entry if len(found) > len(shown) else None
        return _page(
            "records.html",
            cards=[views.card(held, reference, at.on) for held in shown],
            total=publications.count(session, asked.wanted, at),
            at=at,
            typed=asked.typed,
            following=_following(asked.typed, at, more),
            is_first=asked.before is None,
            reference=reference,
        )


@pages.get("/records/<record_id>")
def record(record_id: str) -> Response:
    """One record with its history; a withdrawn one says only that, when, and why."""
    if not record_id.isalnum() or not record_id.isascii():
        raise RecordUnknown()
    with db.reading() as session:
        at = _now(session)
        try:
            held = publications.record(session, record_id, at)
        except RecordUnknown:
            return _withdrawn(session, record_id)
        reference = law.current(session)
        body = views.body_of(held)
        return _page(
            "record.html",
            card=views.card(held, reference, at.on),
            body=body,
            held=held,
            sections=views.sections(body, reference),
            measures=views.measures(body, reference, at.on),
            history=views.steps(publications.history(session, record_id, at)),
            sealed=_sealed(ledger.last_checkpoint(session)),
        )


@pages.get("/sectors/<code>")
def sector(code: str) -> Response:
    """What the plan demands of a sector, its catalogue items, its newest records."""
    with db.reading() as session:
        at = _now(session)
        reference = law.current(session)
        row = next((row for row in reference.rows("sectors", at.on) if row.code == code), None)
        if row is None:
            raise SectorUnknown()
        wanted = Filter(sector=code)
        newest = publications.search(session, wanted, at, before=None, limit=NEWEST_ON_SECTOR_PAGE)
        return _page(
            "sector.html",
            row=row,
            items=[item for item in reference.rows("catalogue", at.on) if _belongs(item, row)],
            cards=[views.card(held, reference, at.on) for held in newest],
            total=publications.count(session, wanted, at),
            at=at,
        )


@pages.get("/behaviours")
def behaviours() -> Response:
    """The negative list: categories and their behaviours, inactive ones marked."""
    with db.reading() as session:
        rows = law.current(session).rows("behaviours", _today())
        return _page("behaviours.html", rows=rows)


@pages.get("/law")
def law_in_force() -> Response:
    """Measures, publicity policies and deadlines with their sources; what is unconfirmed says so."""
    with db.reading() as session:
        reference, today = law.current(session), _today()
        return _page(
            "law.html",
            measures=sorted(reference.measures(today), key=lambda row: (len(row.code), row.code)),
            policies=reference.policies,
            deadlines=reference.rows("deadlines", today),
            sectors=reference.names("sectors"),
            today=today,
        )


@pages.get("/verify")
def verify_form() -> Response:
    """Ask for a receipt; ``digest`` is that of the code on a printed one."""
    return _page("verify.html", proven=None, digest=_digest(request.args.get("digest", "")))


@pages.post("/verify")
def verify() -> Response:
    """What a receipt of this node proves; refuses any other as ``ReceiptRefused``, saying why."""
    request.max_content_length = RECEIPT_BYTES_MAX
    upload = request.files.get("receipt")
    data = upload.read() if upload else b""
    if not data:
        raise BodyRefused("请选择一个回执文件（JSON）。")
    digest = _digest(request.form.get("digest", ""))
    if digest and hashlib.sha256(data).hexdigest() != digest:
        raise ReceiptRefused("文件不是纸面二维码所指的那份回执")
    with db.reading() as session:
        ring = keyring.ring(session, db.settings().node, db.keys().signer)
        proven = receipts.proven(session, ring, data)["explanation"]
    response = _page("verify.html", proven=views.plain(proven), digest=digest)
    response.headers["Cache-Control"] = "no-store"
    return response


def _digest(text: str) -> str:
    if text and not _DIGEST.fullmatch(text):
        raise QueryRefused("摘要应为 64 位小写十六进制。")
    return text


def _withdrawn(session: Session, record_id: str) -> Response:
    held = publications.withdrawn(session, record_id)
    body = views.body_of(held)
    return _page(
        "withdrawn.html", _GONE, day=day_of(held.recorded_at), reason=body.get("removed_because") or ""
    )


def _belongs(item: object, row: object) -> bool:
    # The sector names its items; those of "all" hold for each sector.
    return getattr(item, "sector", "") == "all" or getattr(item, "code", "") in getattr(row, "catalogue", ())


def _following(typed: Mapping[str, str], at: Moment, more: int | None) -> dict[str, str] | None:
    """The query of the next page, pinned to the ledger size and day of this one."""
    if more is None:
        return None
    return {**typed, "next": f"{at.entry}.{at.on.isoformat()}.{more}"}


def _sealed(checkpoint: Checkpoint | None) -> dict[str, object] | None:
    if checkpoint is None:
        return None
    signed_at = checkpoint.signed_at.astimezone(SHANGHAI)
    return {"size": checkpoint.size, "root": checkpoint.root, "at": f"{signed_at:%Y-%m-%d %H:%M:%S}"}


def _today() -> dt.date:
    return day_of(db.clock())


def _now(session: Session) -> Moment:
    return publications.moment(session, _today())


def _page(template: str, status: int = 200, **values: object) -> Response:
    """Render; the tag is taken from the page itself, since day, law and seal change it as well as entries."""
    response = make_response(render_template(template, **values), status)
    response.headers["Cache-Control"] = "no-cache"
    if status == 200:
        response.add_etag()
        response.make_conditional(request)
    return response
