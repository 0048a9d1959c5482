"""Base classes of errors: six kinds of refusal, and the fault of one field or row.

Every concrete refusal is in ``registry/refusals/``. A refusal has a permanent kebab-case ``code``, a Chinese ``title``,
an HTTP ``status`` and ``detail`` data; ``faults`` lists field or row errors. The exchange has outcomes of its own.
"""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Fault:
    """An error in one field or row: ``pointer`` is an RFC 6901 JSON pointer such as ``/parties/3/uscc``."""

    pointer: str
    code: str
    detail: str


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """Base of all refusals; never raised itself."""

    code: ClassVar[str]
    title: ClassVar[str]
    status: ClassVar[int]
    """The HTTP status that pages and API answer with."""
    members: ClassVar[tuple[str, ...]] = ()
    """Names of ``data`` that the answer of the API has as members of its own."""

    def __init__(self, detail: str = "", *, faults: tuple[Fault, ...] = (), **data: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.faults = faults
        self.data = data


class NotFound(Refusal):
    """There is no such thing, or it lies outside the caller's scope."""

    code, title, status = "not-found", "没有找到", 404


class Invalid(Refusal):
    """The input breaks a rule; sending it again unchanged cannot succeed."""

    code, title, status = "invalid", "内容不符合要求", 422


class Conflict(Refusal):
    """The input contradicts what is stored."""

    code, title, status = "conflict", "与现有记录冲突", 409


class Forbidden(Refusal):
    """The caller may not do this."""

    code, title, status = "forbidden", "没有权限", 403


class Stale(Refusal):
    """The caller changed a version that is no longer current."""

    code, title, status = "stale", "记录已被他人修改，请刷新后重试", 412


class Unavailable(Refusal):
    """The request cannot be answered now; the same request may succeed later."""

    code, title, status = "unavailable", "服务暂不可用", 503


LATER = frozenset({429, 503})
"""The statuses of what a later request may get."""
