"""What the parts of an attack share: their size, their printed line, and what no answer and no log may hold."""

import logging
import os
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.test import TestResponse

PROPERTY = "attack"
FINDINGS_SHOWN = 40


def count(short: int, long: int) -> int:
    """How much of a part to run: ``COUNT`` if it is set, else the long form under ``ATTACK=long``, else the short."""
    chosen = int(os.environ.get("COUNT") or 0)
    return chosen or (long if is_long() else short)


def is_long() -> bool:
    """Whether ``make attack`` runs."""
    return os.environ.get("ATTACK") == "long"


class _Errors(logging.Handler):
    """Lines of the log that tell of a fault of the program: they carry an exception."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.seen: list[str] = []
        self.secrets: tuple[str, ...] = ()
        self.spoken: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info and record.exc_info[0]:
            self.seen.append(f"{record.exc_info[0].__name__} at {record.name}: {text[:200]}")
        self.spoken += [f"{record.name} wrote a planted number" for secret in self.secrets if secret in text]


@dataclass
class Attack:
    """One part of an attack: what was tried, and what was found."""

    name: str
    tried: int = 0
    findings: list[str] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    began: float = field(default_factory=time.monotonic)
    log: _Errors = field(default_factory=_Errors)

    def note(self, word: str) -> None:
        """Count something worth printing."""
        self.notes[word] = self.notes.get(word, 0) + 1

    def find(self, what: str) -> None:
        """Something that must not be."""
        self.findings.append(what)

    def require(self, is_right: bool, what: str) -> None:
        """Find ``what`` unless it is right."""
        if not is_right:
            self.find(what)

    def look(self, what: str, answer: TestResponse, *, may_hold_secrets: bool = False) -> None:
        """One more answer tried; finds a fault of the program, a trace of it, or a planted number in it."""
        self.tried += 1
        self.note(f"{answer.status_code // 100}xx")
        if answer.status_code >= 500:
            self.find(f"{answer.status_code} {what}")
        if answer.mimetype in ("application/json", "application/problem+json", "text/html", "text/plain"):
            text = answer.get_data(as_text=True)
            self.require("Traceback (most recent" not in text, f"a trace in the answer to {what}")
            if not may_hold_secrets:
                self.require(not any(one in text for one in self.secrets), f"a planted number in the answer to {what}")

    def end(self) -> dict[str, Any]:
        """Figures for the printed line, with what the log told."""
        self.findings += sorted(set(self.log.seen + self.log.spoken))
        return {
            "name": self.name,
            "tried": self.tried,
            "seconds": round(time.monotonic() - self.began, 1),
            "notes": self.notes,
            "findings": len(self.findings),
        }

    def assert_nothing_found(self) -> None:
        """Fail with what was found; a part that tried nothing has not run."""
        assert self.tried, "nothing was tried"
        found = [*self.findings, *sorted(set(self.log.seen + self.log.spoken))]
        assert not found, f"{len(found)} findings:\n" + "\n".join(found[:FINDINGS_SHOWN])


def lines(reports: list[pytest.TestReport]) -> list[str]:
    """One line for each part, over all its shards."""
    parts: dict[str, dict[str, Any]] = {}
    for report in reports:
        for name, figures in report.user_properties:
            if name != PROPERTY or not isinstance(figures, dict) or report.when != "teardown":
                continue
            part = parts.setdefault(figures["name"], {"tried": 0, "seconds": 0.0, "notes": {}, "findings": 0})
            for word in ("tried", "seconds", "findings"):
                part[word] += figures[word]
            for word, number in figures["notes"].items():
                part["notes"][word] = part["notes"].get(word, 0) + number
    return [
        f"attack {name}: {part['tried']} tried in {part['seconds']:.1f} s, "
        + "".join(f"{word} {number}, " for word, number in sorted(part["notes"].items()))
        + f"{part['findings']} findings"
        for name, part in sorted(parts.items())
    ]
