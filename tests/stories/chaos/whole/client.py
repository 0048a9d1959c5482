"""Outside clients: they file, verify, check and withdraw, and write down what was acknowledged before they go on."""

import datetime as dt
import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import requests

from tests.support.processes import Node, authorities_of
from tools.invented_decisions import CASES
from tools.synthetic import Firm, firms, row, write_xlsx

PENALTIES, IMPORTS = "/api/v1/penalties", "/api/v1/penalties/imports"
PATIENCE_SECONDS = 90
FIRMS = 40
UNVERIFIED_EVERY, WITHDRAWN_EVERY, CHECKED_EVERY = 7, 3, 3
FILE_ROWS = 3
BANS = CASES[:2]
FINE = replace(CASES[0], kinds="罚款", content="处以采购金额千分之五的罚款。", months=0)
"""A public case without a ban: its publicity ends on the day that is stated."""


class Acknowledgements:
    """What the nodes said was done, one line each, on disk before anything else happens."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self.lines: list[dict[str, Any]] = []

    def add(self, act: str, **line: Any) -> None:
        """Write one down, durably."""
        with self._lock:
            self.lines.append({"act": act, **line})
            self._file.write(json.dumps(self.lines[-1], ensure_ascii=False) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def of(self, act: str, node: str | None = None) -> list[dict[str, Any]]:
        """The lines of an act."""
        with self._lock:
            return [line for line in self.lines if line["act"] == act and node in (None, line["node"])]

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@dataclass
class Client:
    """One client of one node, behind the proxy; a request is sent again, unchanged, until it is answered."""

    node: Node
    port: int
    acknowledgements: Acknowledgements
    seed: int
    today: dt.date
    ending: dt.date
    stop: threading.Event
    errors: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, officer: str, **request: Any) -> requests.Response:
        """The first answer that is one; 500 is a fault of the program and noted."""
        headers = self.node.headers(officer) | request.pop("headers", {})
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                url = f"http://127.0.0.1:{self.port}{path}"
                answer = requests.request(method, url, headers=headers, timeout=15, **request)
                if not _is_whole(answer):
                    continue
                if answer.status_code < 500:
                    return answer
                if answer.status_code != 503:
                    self.errors.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            except requests.RequestException:
                pass
            time.sleep(0.05)
        raise AssertionError(f"{method} {path} was never answered")

    def work(self) -> None:
        """File one decision after another until the run is over."""
        for number, firm in self.known_firms():
            if self.stop.is_set():
                return
            try:
                self._handle(number, firm)
            except Exception as error:
                self.errors.append(f"client of {self.node.settings.node}: {type(error).__name__}: {error}")
                if len(self.errors) > 20:
                    return

    def hand_in_files(self, folder: Path) -> None:
        """Hand in one small file after another and publish its rows."""
        for number, firm in self.known_firms():
            if self.stop.is_set():
                return
            first = self.seed * 1_000_000 + number * FILE_ROWS
            rows = [self.build_row(firm, first + place, place) for place in range(FILE_ROWS)]
            write_xlsx(folder / f"{self.seed}.xlsx", rows)
            try:
                self._hand_in((folder / f"{self.seed}.xlsx").read_bytes(), rows)
            except Exception as error:
                self.errors.append(f"files: {type(error).__name__}: {error}")

    def known_firms(self) -> Iterator[tuple[int, Firm]]:
        """Numbers without end, and a firm for each."""
        known = list(firms(FIRMS, 1))
        number = 0
        while True:
            number += 1
            yield number, known[number % FIRMS]

    def build_row(self, firm: Firm, number: int, place: int) -> dict[str, str]:
        """A ban of three days ago."""
        cells = row(firm, BANS[place % len(BANS)], self.today - dt.timedelta(days=3), number, "procurement")
        return self._of_authority(cells)

    def _of_authority(self, cells: dict[str, str]) -> dict[str, str]:
        name, code = authorities_of(self.node.settings.node)[0]
        return cells | {"CF_CFJG": name, "CF_CFJGDM": code, "CF_SJLY": name, "CF_SJLYDM": code}

    def _ending_row(self, firm: Firm, number: int) -> dict[str, str]:
        """A fine whose publicity ends with the night of the run."""
        decided = _months_before(self.ending)
        cells = row(firm, FINE, decided, number, "procurement")
        return self._of_authority(cells | {"CF_GSJZQ": f"{self.ending - dt.timedelta(days=1):%Y/%m/%d}"})

    def _handle(self, number: int, firm: Firm) -> None:
        document = self.seed * 1_000_000 + number
        is_ending = number % 2 == 0
        cells = self._ending_row(firm, document) if is_ending else self.build_row(firm, document, number)
        record, version = self.file(cells)
        if number % UNVERIFIED_EVERY == 0:
            self.acknowledgements.add("waiting", node=self.node.settings.node, record=record)
            return
        self.verify(record, version)
        if is_ending:
            self.acknowledgements.add("ending", node=self.node.settings.node, record=record)
        elif number % WITHDRAWN_EVERY == 0:
            self._withdraw(record)
        if number % CHECKED_EVERY == 0:
            self._check(number, firm)

    def file(self, cells: dict[str, str]) -> tuple[str, int]:
        """File a decision; its record and version."""
        key = {"Idempotency-Key": hashlib.sha256(cells["CF_WSH"].encode()).hexdigest()}
        body = {name: text for name, text in cells.items() if text}
        answer = self.ask("POST", PENALTIES, "clerk", json=body, headers=key)
        assert answer.status_code == 201, answer.text
        record = answer.json()["id"]
        self.acknowledgements.add("filed", node=self.node.settings.node, record=record, document=cells["CF_WSH"])
        return record, answer.json()["version"]

    def verify(self, record: str, version: int) -> None:
        """Verify and publish it; a lost answer is found out by asking."""
        self.acknowledgements.add("verifying", node=self.node.settings.node, record=record)
        path, seen = f"{PENALTIES}/{record}", {"If-Match": f'"{version}"'}
        answer = self.ask("PUT", f"{path}/verification", "verifier", headers=seen, json={"confirmation": "已核对原件"})
        if answer.status_code in (409, 412):
            answer = self.ask("GET", path, "verifier")
        assert answer.json().get("state") == "published", answer.text
        self.acknowledgements.add("verified", node=self.node.settings.node, record=record)

    def _withdraw(self, record: str) -> None:
        body = {"reason": "经复议撤销", "changed_on": f"{self.today}"}
        answer = self.ask("PUT", f"{PENALTIES}/{record}/withdrawal", "verifier", json=body)
        if answer.status_code == 409:  # proposed already, its answer was lost
            listed = self.ask("GET", "/api/v1/proposals?state=proposed&limit=500", "verifier").json()["items"]
            number = next((one["id"] for one in listed if one["reference"] == record), None)
        else:
            assert answer.status_code == 202, answer.text
            number = answer.json()["id"]
        if number is not None:
            self.ask("PUT", f"/api/v1/proposals/{number}/confirmation", "second-verifier")
        found = self.ask("GET", f"{PENALTIES}/{record}", "verifier").json()
        assert found.get("state") == "withdrawn", found
        self.acknowledgements.add("withdrawn", node=self.node.settings.node, record=record)

    def _check(self, number: int, firm: Firm) -> None:
        body = {
            "tender": {"code": f"YC-{self.seed}-{number}", "sector": "procurement"},
            "parties": [{"ref": "1", "name": firm.name, "uscc": firm.uscc}],
        }
        key = {"Idempotency-Key": f"check-{self.seed}-{number}"}
        answer = self.ask("POST", "/api/v1/checks", "centre", json=body, headers=key)
        assert answer.status_code == 201, answer.text
        self.acknowledgements.add("checked", node=self.node.settings.node, check=answer.json()["id"])

    def _hand_in(self, data: bytes, rows: list[dict[str, str]]) -> None:
        answer = self.ask("POST", f"{IMPORTS}?filename=rows.xlsx", "clerk", data=data)
        assert answer.status_code == 202, answer.text
        number = answer.json()["id"]
        while not self.stop.is_set():
            state = self.ask("GET", f"{IMPORTS}/{number}", "clerk").json()
            if state["state"] == "finished":
                assert state["refused"] == 0, state
                for cells in rows:
                    self.acknowledgements.add("imported", node=self.node.settings.node, document=cells["CF_WSH"])
                return
            time.sleep(0.1)


def _is_whole(answer: requests.Response) -> bool:
    """Whether it was not cut between the head and the body."""
    try:
        answer.json()
    except ValueError:
        return False
    return True


def _months_before(day: dt.date) -> dt.date:
    """The day three months earlier, or the last of its month."""
    index = day.year * 12 + day.month - 4
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(index // 12, index % 12 + 1, last)
        except ValueError:
            continue
    raise AssertionError(day)
