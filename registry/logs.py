"""Structured lines of the log: JSON or console, one request id from door to peer, no personal data.

Modules log through ``logging`` as ever; ``extra`` becomes fields. Of an error its type and the places in the code are
written, never its text: a driver's or parser's text quotes what was sent.
"""

import logging
import re
import secrets
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars, clear_contextvars, get_contextvars, merge_contextvars

from registry.domain.identifiers.personal_numbers import personal_spans
from registry.domain.publication.redaction import blot
from registry.settings import Settings

FORMATS = ("console", "json")
WEB_AND_WORKER, COMMANDS = "info", "warning"
"""The level of a process when the setting names none: a command's terminal shows its own words only."""
_OWN = ("registry", "sync")
_REQUEST_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
FRAMES_MAX = 12

EventDict = MutableMapping[str, Any]


def new_request_id() -> str:
    """A random id: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def accept_request_id(text: str) -> str:
    """The id that a caller or proxy sent, if it is one (32 hexadecimal digits or a UUID in lower case), else a new one.

    The form is narrow on purpose: whatever is taken here goes into the log, and a free one could carry a person's
    number or a name.
    """
    is_clean = _REQUEST_ID.fullmatch(text) is not None and not personal_spans(text)
    return text if is_clean else new_request_id()


def request_id() -> str:
    """The id of the request, run or command under way, empty outside of any."""
    return str(get_contextvars().get("request_id", ""))


@contextmanager
def bound(**fields: object) -> Iterator[None]:
    """Give every line written meanwhile by this thread these fields, and a request id if it has none yet."""
    known = request_id()
    with bound_contextvars(request_id=known or new_request_id(), **fields):
        yield


def begin_request(sent: str) -> str:
    """Forget what this thread was about and begin a request; its id."""
    clear_contextvars()
    accepted = accept_request_id(sent)
    structlog.contextvars.bind_contextvars(request_id=accepted)
    return accepted


def end_request() -> None:
    """Forget the request: what the thread does next is no part of it."""
    clear_contextvars()


def configure(settings: Settings, default_level: str = WEB_AND_WORKER) -> None:
    """Write the log of this process to standard error from now on."""
    _attach(_build_handler(settings), settings.log_level or default_level)


@contextmanager
def writing(settings: Settings, default_level: str = COMMANDS) -> Iterator[None]:
    """Write the log to standard error meanwhile; afterwards everything is as before."""
    handler, before = _build_handler(settings), [(name, logging.getLogger(name).level) for name in _OWN]
    _attach(handler, settings.log_level or default_level)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        for name, level in before:
            logging.getLogger(name).setLevel(level)


def _attach(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    for former in [one for one in root.handlers if isinstance(one, _StandardError)]:
        root.removeHandler(former)
    handler.setLevel(level.upper())
    root.addHandler(handler)
    for name in _OWN:
        logging.getLogger(name).setLevel(level.upper())


class _StandardError(logging.StreamHandler[Any]):
    """Writes to what standard error is at that moment."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def _build_handler(settings: Settings) -> logging.Handler:
    renderer: Any = structlog.processors.LogfmtRenderer(
        key_order=["timestamp", "level", "logger", "event"], drop_missing=True, bool_as_flag=False
    )
    if settings.log_format == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True)
    handler = _StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _describe_error,
                _clean,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    return handler


def _describe_error(_logger: object, _method: str, event: EventDict) -> EventDict:
    """The type of an error and the places it came through, without its text."""
    error = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if isinstance(error, tuple) and error[0] is not None:
        event["error"], event["at"] = error[0].__name__, places(error[1])
    return event


def places(error: BaseException) -> str:
    """The lines of code that an error came through, the innermost first; nothing of its text."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    return " < ".join(f"{_module(frame.filename)}:{frame.lineno}" for frame in reversed(frames))


def _module(filename: str) -> str:
    parts = filename.replace("\\", "/").split("/")
    return "/".join(parts[-3:])


def _clean(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Blot what looks like a person's number in texts from elsewhere, and spell out what would break the line.

    Only a second fence: whoever logs leaves personal data out.
    """
    event.pop("message", None)  # what another handler made of it
    for name, value in event.items():
        if isinstance(value, str) and name not in ("timestamp", "level", "request_id"):
            event[name] = "".join(map(_spell, blot(value)))
    return event


def _spell(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()
