"""A witness: it cosigns checkpoints of other nodes' ledgers only when they extend what it saw (C2SP tlog-witness).

It has a key and a folder of its own, and no database. Files of the folder: ``witness.pem``, ``witness.json`` (its name,
and by node the public keys and the origin that it follows), ``heads/`` (the newest checkpoint of each origin) and
``evidence/`` (requests that contradict what it cosigned).
"""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from registry.domain.publication import cosignatures, merkle, signed_notes
from registry.domain.publication.cosignatures import AddCheckpoint
from registry.domain.publication.log_identity import is_origin_of
from registry.domain.publication.signed_notes import Checkpoint
from registry.keys.signing import Signer, verify
from registry.refusals.content import NoteRefused, WitnessRefused

REQUEST_BYTES_MAX = 64 * 1024
REQUEST_SECONDS = 10
REQUESTS_AT_ONCE = 32
Clock = Callable[[], int]
Report = Callable[[str], None]
TEXT, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"


@dataclass(frozen=True)
class Answer:
    """Answer of the witness: HTTP status, body and its type; ``alarm`` says in words what contradicts what it saw."""

    status: int
    body: str
    content_type: str = TEXT
    alarm: str = ""


class Witness:
    """The witness of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._signer = Signer.load(folder / "witness.pem")
        try:
            self._name = str(json.loads((folder / "witness.json").read_text("utf-8"))["name"])
        except (OSError, ValueError, KeyError, TypeError):
            raise WitnessRefused("见证方的设置文件无法读取") from None

    @classmethod
    def create(cls, folder: Path, name: str) -> "Witness":
        """Make the folder and the key of a new witness. Refuses ``WitnessRefused`` where there is one."""
        if (folder / "witness.json").exists():
            raise WitnessRefused("该目录已有见证方")
        if not name or not name.isprintable() or any(character in " +" for character in name):
            raise WitnessRefused("见证方名称不得为空，不得含空白或加号")
        for part in (folder, folder / "heads", folder / "evidence"):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)
        Signer.generate().save(folder / "witness.pem")
        write_durably(folder / "witness.json", json.dumps({"name": name, "logs": {}}).encode())
        return cls(folder)

    @property
    def vkey(self) -> str:
        """Name and public key, as nodes take them."""
        return cosignatures.write_vkey(self._name, self._signer.public)

    def follow(self, node: str, origin: str, publics: Sequence[bytes]) -> None:
        """Cosign checkpoints of a node under one origin from now on, signed by one of its public keys.

        A new epoch is another history: a person takes it up by this act, after finding out why there is one.
        Refuses ``WitnessRefused``.
        """
        if not is_origin_of(node, origin):
            raise WitnessRefused("账本标识不是该节点的")
        with self._locked():
            settings = self._settings()
            settings["logs"][node] = {"origin": origin, "keys": sorted(public.hex() for public in publics)}
            write_durably(self._folder / "witness.json", json.dumps(settings, ensure_ascii=False).encode())

    def add_checkpoint(self, data: bytes, seconds: int) -> Answer:
        """Judge a request at POSIX time ``seconds``; a cosignature only for what extends what was cosigned before."""
        try:
            request = cosignatures.parse_request(data)
            text, _ = signed_notes.split_note(request.note)
            checkpoint = signed_notes.parse_checkpoint(text)
        except NoteRefused as refusal:
            return Answer(400, f"{refusal.code}: {refusal.detail}\n")
        with self._locked():
            publics = self._publics(checkpoint.origin)
            if publics is None:
                return Answer(404, "unknown origin\n", alarm=self._new_epoch_alarm(checkpoint.origin))
            if not _is_signed(request.note, checkpoint.origin, publics):
                return Answer(403, "no signature of a known key\n")
            return self._judge(data, request, text, checkpoint, seconds)

    def _judge(self, data: bytes, request: AddCheckpoint, text: str, checkpoint: Checkpoint, seconds: int) -> Answer:
        seen = self.head(checkpoint.origin)
        seen_size = seen.size if seen else 0
        if request.old > checkpoint.size:
            return Answer(400, "the old size is larger than the checkpoint\n")
        if seen is not None and checkpoint.size == seen.size and checkpoint.root != seen.root:
            self._keep_evidence(data, "split-view")
            alarm = f"split view: two roots of {seen.size} entries of {checkpoint.origin}"
            return Answer(409, f"{seen_size}\n", SIZE, alarm)
        if request.old != seen_size:
            behind = f"behind: {checkpoint.origin} has {checkpoint.size} entries, {seen_size} were cosigned"
            return Answer(409, f"{seen_size}\n", SIZE, behind if checkpoint.size < seen_size else "")
        roots = (seen.root if seen else merkle.EMPTY, checkpoint.root)
        if not merkle.verify_consistency(seen_size, checkpoint.size, roots, request.proof):
            self._keep_evidence(data, "not-extending")
            alarm = (
                f"split view: {checkpoint.size} entries of {checkpoint.origin} do not extend the {seen_size} cosigned"
            )
            return Answer(422, "the proof does not verify\n", alarm=alarm)
        write_durably(self._head_file(checkpoint.origin), request.note.encode())
        return Answer(200, cosignatures.cosign(text, self._name, self._signer, seconds))

    def head(self, origin: str) -> Checkpoint | None:
        """The newest checkpoint that was cosigned of an origin. Refuses ``WitnessRefused`` when it cannot be read."""
        path = self._head_file(origin)
        if not path.exists():
            return None
        try:
            return signed_notes.parse_checkpoint(signed_notes.split_note(path.read_text("utf-8"))[0])
        except (OSError, ValueError, NoteRefused):
            raise WitnessRefused(f"{path.name} 无法读取") from None

    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = json.loads((self._folder / "witness.json").read_text("utf-8"))
        return settings

    def _publics(self, origin: str) -> list[bytes] | None:
        logs = self._settings()["logs"].values()
        return next((list(map(bytes.fromhex, log["keys"])) for log in logs if log["origin"] == origin), None)

    def _new_epoch_alarm(self, origin: str) -> str:
        followed = [node for node in self._settings()["logs"] if is_origin_of(node, origin)]
        return f"new epoch: {origin} is not the ledger that is followed of {followed[0]}" if followed else ""

    def _head_file(self, origin: str) -> Path:
        return self._folder / "heads" / hashlib.sha256(origin.encode()).hexdigest()

    def _keep_evidence(self, data: bytes, word: str) -> None:
        name = f"{word}-{hashlib.sha256(data).hexdigest()[:16]}"
        write_durably(self._folder / "evidence" / name, data)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """What was seen is compared and replaced by one at a time."""
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _is_signed(note: str, origin: str, publics: Sequence[bytes]) -> bool:
    for public in publics:
        try:
            signed_notes.open_note(note, {origin: public}, verify)
        except NoteRefused:
            continue
        return True
    return False


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file at once and for good."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Server(ThreadingHTTPServer):
    """Serves a witness, to a limited number of clients at once, each for a limited time."""

    daemon_threads = True
    request_queue_size = REQUESTS_AT_ONCE

    def __init__(self, address: tuple[str, int], witness: Witness, clock: Clock, report: Report) -> None:
        self.witness, self.clock, self.report = witness, clock, report
        self._places = threading.BoundedSemaphore(REQUESTS_AT_ONCE)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        timer = threading.Timer(REQUEST_SECONDS, _cut, (request,))
        timer.daemon = True
        timer.start()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the library's signature
        self.report(f"a request broke off: {type(sys.exc_info()[1]).__name__}")


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version, sys_version = "registry-witness", ""
    timeout = REQUEST_SECONDS

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path.rstrip("/") != "/add-checkpoint":
            self._send(Answer(404, "no such route\n"))
        elif not (length.isascii() and length.isdigit()) or len(length) > 9:
            self._send(Answer(411, "Content-Length is needed\n"))
        elif int(length) > REQUEST_BYTES_MAX:
            self._send(Answer(413, "too large\n"))
        else:
            answer = self.server.witness.add_checkpoint(self.rfile.read(int(length)), self.server.clock())
            if answer.alarm:
                self.server.report(answer.alarm)
            self._send(answer)

    def do_GET(self) -> None:
        is_key = self.path == "/key"
        self._send(Answer(200, f"{self.server.witness.vkey}\n") if is_key else Answer(404, "no such route\n"))

    def log_message(self, *_: Any) -> None:
        """Nothing: what matters is reported."""

    def _send(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True


def server(witness: Witness, address: tuple[str, int], clock: Clock, report: Report) -> ThreadingHTTPServer:
    """The HTTP server of a witness; ``clock`` tells POSIX seconds, ``report`` takes alarms in words."""
    return _Server(address, witness, clock, report)
