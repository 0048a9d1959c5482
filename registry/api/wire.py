"""Shared by all routes: strict parsing of bodies and queries, ETags, idempotent creation."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, NoReturn

from flask import Request, Response, request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import RAISE, Schema, ValidationError
from sqlalchemy import select
from webargs.flaskparser import FlaskParser

from registry import runtime
from registry.domain import literals
from registry.domain.filing.cells import is_forbidden
from registry.domain.permissions import Actor
from registry.domain.publication import parsed_size
from registry.domain.publication.redaction import blot
from registry.errors import Fault
from registry.models import IdempotencyKey
from registry.queries.publication import log_identity
from registry.refusals.acts import BodyRefused, KeyReused, QueryRefused
from registry.serving import conditional
from registry.tabular.annotated import WorkbookFile
from registry.unit_of_work import UnitOfWork

KEY_LENGTH_MAX = 200


def strict_json(data: bytes) -> Any:
    """Parse the JSON of a request: no NaN, no doubled keys, no lone surrogates, no endless nesting or numbers of
    values."""
    if parsed_size.is_too_large(data):
        raise BodyRefused("内容的项数过多")
    try:
        text = data.decode("utf-8")
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_refuse_doubles)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise BodyRefused("不是完整、无歧义的 JSON") from None
    return value


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError


def _refuse_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError
    return members


class StrictParser(FlaskParser):
    """Refuses unknown fields and parameters, and says where each fault is."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE, "json": RAISE}  # noqa: RUF012

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Parse the strict JSON of the body; none is needed where no field is."""
        data = req.get_data()
        if not data and not any(field.required for field in schema.fields.values()):
            return {}
        return strict_json(data)

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Parse the query parameters; one given twice is refused, because only one would be heeded."""
        unread = [name for name, value in req.args.items() if is_forbidden(name + value)]
        if unread:
            faults = (Fault(f"/{_escape_pointer(name)}", "forbidden-character", "含有不可见字符") for name in unread)
            raise QueryRefused(faults=tuple(faults))
        doubled = [name for name, values in req.args.lists() if len(values) > 1]
        if doubled:
            faults = (Fault(f"/{_escape_pointer(name)}", "given-twice", "参数重复") for name in doubled)
            raise QueryRefused(faults=tuple(faults))
        return super().load_querystring(req, schema)

    def handle_error(self, error: ValidationError, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG002
        """Turn marshmallow's messages into a refusal with JSON pointers."""
        messages: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
        location, fields = next(iter(messages.items()))
        refusal = QueryRefused if location == "query" else BodyRefused
        raise refusal(faults=tuple(_collect_faults(fields, ""))) from None


def _collect_faults(messages: Any, pointer: str) -> list[Fault]:
    if isinstance(messages, dict):
        return [
            fault
            for name, inner in messages.items()
            for fault in _collect_faults(
                inner, pointer if name == "_schema" else f"{pointer}/{_escape_pointer(str(name))}"
            )
        ]
    return [Fault(pointer, "field-refused", str(message)) for message in messages]


def _escape_pointer(name: str) -> str:
    return blot(name)[:100].replace("~", "~0").replace("/", "~1")


BYTES = {"type": "string", "format": "binary"}
"""The schema of an answer that is a file."""


class Blueprint(SmorestBlueprint):  # type: ignore[misc]
    """A blueprint whose arguments are parsed strictly."""

    ARGUMENTS_PARSER = StrictParser()


def create_once(
    actor: Actor,
    act: Callable[[UnitOfWork], tuple[dict[str, Any], int]],
    failed: Callable[[UnitOfWork, Exception], None] | None = None,
) -> Response:
    """Run a creating act; with an ``Idempotency-Key`` a repeat gets the first answer again.

    The answer is sealed beside the key in the same transaction. Refuses ``KeyReused`` when the key came
    before with another request. ``failed`` is as for ``runtime.perform``.
    """
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 0 < len(key) <= KEY_LENGTH_MAX:
        raise BodyRefused("Idempotency-Key 长度不正确")
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.get_data()).digest()

    def answer_once(work: UnitOfWork) -> tuple[bytes, int]:
        stored_key = work.keys.vault.index("idempotency", key).hex() if key else ""
        earlier = _find_key(work, (stored_key, key)) if key else None
        if earlier is not None:
            if earlier.request_digest != digest:
                raise KeyReused()
            return work.keys.vault.open(earlier.answer), earlier.status
        body, status = act(work)
        answer = json.dumps(body, ensure_ascii=False).encode()
        if key:
            work.session.add(
                IdempotencyKey(
                    account_id=work.actor.account_id,
                    key=stored_key,
                    request_digest=digest,
                    status=status,
                    answer=work.keys.vault.seal(answer),
                    created_at=work.now,
                )
            )
            work.session.flush()
        return answer, status

    answer, status = runtime.perform(actor, answer_once, failed)
    return Response(answer, status, content_type="application/json")


def _find_key(work: UnitOfWork, keys: tuple[str, str]) -> IdempotencyKey | None:
    """The request that came under a key: its keyed hash, or the key itself as it was stored before."""
    return work.session.scalars(
        select(IdempotencyKey).where(IdempotencyKey.account_id == work.actor.account_id, IdempotencyKey.key.in_(keys))
    ).first()


def read_upload(filename: str) -> tuple[bytes, str]:
    """The bytes and the name of a file sent as the body, or as the multipart field ``file``; refuses ``QueryRefused``
    when nothing came."""
    # Whatever is not multipart is taken as it stands: some clients call every body a form.
    is_multipart = request.mimetype == "multipart/form-data"
    upload = request.files.get("file") if is_multipart else None
    data = upload.read() if upload else request.get_data(parse_form_data=False)
    if not data:
        raise QueryRefused("没有收到文件")
    return data, (upload.filename or "") if upload else filename


def parse_next(text: str | None) -> int | None:
    """The number in a ``next`` token, None when there is no token; refuses ``QueryRefused``."""
    if text is None:
        return None
    number = literals.row_number(text)
    if number is None:
        raise QueryRefused(faults=(Fault("/next", "next-malformed", "next 不是本接口给出的值"),))
    return number


def if_version() -> int | None:
    """The version that If-Match names, None when the header is absent or names any version."""
    text = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if text in ("", "*"):
        return None
    text, mark, epoch = text.partition("@")
    if mark and epoch != _find_epoch():
        return -1  # it was read before a restore
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _find_epoch() -> str:
    with runtime.connecting() as connection:
        return str(connection.execute(log_identity.NEWEST_EPOCH).scalar_one_or_none())


def respond_with_etag(body: dict[str, Any], etag: str) -> Response:
    """A JSON response with an ETag, that of the state where its address is tagged by it; 304 when the client has it.

    The ETag carries the epoch: after a restore the same version and entry number may mean other content.
    """
    response = Response(json.dumps(body, ensure_ascii=False), content_type="application/json")
    if conditional.has_tag():
        return conditional.with_tag(response)
    response.set_etag(f"{etag}@{_find_epoch()}")
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


def respond_with_workbook(workbook: WorkbookFile, name: str) -> Response:
    """A workbook to download, which no one keeps on the way: it may hold identity numbers."""
    response = Response(workbook.data, content_type=workbook.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{workbook.suffix}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
