"""Redact free text: numbers that identify or reach a person are blotted out, for the public and in what is stored."""

import re
from functools import lru_cache
from typing import Any

from registry.domain import identifiers
from registry.domain.identifiers.personal_numbers import Span, personal_spans

_DIGEST = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
_CODES = frozenset({"uscc", "authority_code", "source_code"})
"""Fields that hold the code of an organisation; one that also reads as a resident number was confirmed by a person."""
_JUDGED = frozenset({"other_codes"})
"""Numbers of other registers, judged when they were read: one of a business register has the look of an old ID."""
_KEPT = _CODES | _JUDGED
_CODE = re.compile("(?=.*[A-WYZ])[0-9A-Z]{18}")
"""A code with a letter that no resident number has."""
_SHORTEST = 7
"""No number of a person has fewer characters."""
_REMEMBERED_MAX = 500
BLOT = "［已隐去］"


def blot(text: str) -> str:
    """Replace numbers of identity documents, telephones and payment cards in a text by ``BLOT``.

    Source: 个人信息保护法 28, 34; 政府信息公开条例 15. An organisation's code stays, as does a text that is one digest
    or record id. What is left has no such number any more: blotting again changes nothing.
    """
    size = len(text)
    if size < _SHORTEST or (size in (32, 64) and _DIGEST.fullmatch(text)):
        return text
    try:
        if size <= _REMEMBERED_MAX:
            _require_clean(text)
            return text
        spans = personal_spans(text)
    except _NotCleanError as error:
        spans = error.spans
    while spans:
        for start, end in reversed(spans):
            text = text[:start] + BLOT + text[end:]
        spans = personal_spans(text)
    return text


class _NotCleanError(Exception):
    def __init__(self, spans: list[Span]) -> None:
        super().__init__()
        self.spans = spans


@lru_cache(8192)
def _require_clean(text: str) -> None:
    """Remember which texts are clean: names of authorities and legal bases come again in every row. What is raised is
    not remembered, so that no number stays in memory."""
    if spans := personal_spans(text):
        raise _NotCleanError(spans)


def has_personal_number(text: str) -> bool:
    """Whether ``blot`` would take something out of a text."""
    return blot(text) != text


def blot_all(value: Any) -> Any:
    """Apply ``blot`` to every string inside a JSON value."""
    if isinstance(value, str):
        return blot(value)
    if isinstance(value, list | tuple):
        return [blot_all(item) for item in value]
    if isinstance(value, dict):
        return {name: blot_all(item) for name, item in value.items()}
    return value


def blot_facts(value: Any) -> Any:
    """Apply ``blot`` to every string of stored facts, but for the codes of organisations among them.

    What is stored in clear has no more of a person than what is published: the number itself is sealed in a column of
    its own. Source: 个人信息保护法 6 (no more than the purpose needs), 51 (protected as it is stored).
    """
    if isinstance(value, str):
        return blot(value)
    if isinstance(value, dict):
        return {
            name: item
            if item is None or (name in _KEPT and _stays(name, item))
            else (blot(item) if isinstance(item, str) else blot_facts(item))
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return type(value)([blot_facts(item) for item in value])
    return value


def _stays(name: str, value: Any) -> bool:
    if name in _JUDGED:
        return True
    is_code = isinstance(value, str) and _CODE.fullmatch(value) is not None
    return is_code or (isinstance(value, str) and (identifiers.is_sound(value) or identifiers.reads_as_both(value)))
