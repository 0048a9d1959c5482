"""File drop: batches, receipts and digest sheets as files in a folder that both sides reach (GB/T 39443-2020 5.5).

``to-<node>`` holds what is for that node; each side writes and deletes only what it wrote itself. A file is written
beside its place, synchronised and renamed; the empty ``.done`` beside it comes last, and without it there is nothing.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from registry.domain.exchange import reconciliation, row_batch
from registry.domain.exchange.formats import known
from registry.domain.exchange.formats.model import RowMessage
from registry.domain.exchange.reconciliation import Row
from registry.domain.exchange.row_batch import (
    BucketRequest,
    BucketRows,
    DigestSheet,
    FileEntry,
    IncomingBatch,
    IncomingRow,
    Manifest,
    RowReceipt,
)
from registry.errors import Invalid
from registry.refusals.acts import BatchDigest, BatchMalformed
from registry.services.exchange.row_outbox import Dispatch
from registry.tabular import row_files
from registry.tabular.sheet import MAX_BYTES
from sync.drop_folder import DropFolder

BATCHES_MAX = 50
"""So many batches are taken in one run, so that a full folder cannot hold the worker."""
_BATCH = re.compile(r"batch-([0-9]{8})\.done")
_RECEIPT = re.compile(r"receipt-([0-9]{8})\.json")
SHEET, REQUEST, ROWS = "sheet.json", "sheet-request.json", "sheet-rows.json"


class FileDrop:
    """The folder shared with one platform."""

    def __init__(self, folder: DropFolder, node: str, peer: str) -> None:
        self._folder, self._node, self._peer = folder, node, peer
        self._out, self._in = f"to-{peer}", f"to-{node}"
        try:
            for side in (self._out, self._in):
                folder.make(side)
        except BaseException:
            folder.close()
            raise

    def close(self) -> None:
        """End the connection to the folder."""
        self._folder.close()

    def write_batch(self, dispatch: Dispatch) -> None:
        """Write the files of a batch, its manifest, and last its mark; nothing when the mark is there."""
        name = f"batch-{dispatch.sequence:08d}"
        if self._folder.has(self._out, f"{name}.done"):
            return
        by_format: dict[str, list[RowMessage]] = defaultdict(list)
        for message in dispatch.messages:
            by_format[message.format].append(message)
        entries = []
        for code, messages in sorted(by_format.items()):
            columns = (*row_batch.CONTROL, *known.FORMATS[code].columns)
            cells = [{**row_batch.control_cells(message), **message.row} for message in messages]
            data = row_files.write_rows(columns, cells, dispatch.file_type)
            file_name = f"{name}-{code}.{dispatch.file_type}"
            self._put(file_name, data)
            digest = hashlib.sha256(data).hexdigest()
            entries.append(FileEntry(name=file_name, format=code, rows=len(messages), sha256=digest))
        manifest = Manifest(
            sender=self._node,
            receiver=self._peer,
            sequence=dispatch.sequence,
            kind="delta",
            records=len(dispatch.messages),
            digest=dispatch.digest,
            files=entries,
        )
        self._put(f"{name}.manifest.json", row_batch.encode(manifest))
        self._put(f"{name}.done", b"")

    def receipts(self) -> Iterator[RowReceipt]:
        """The platform's receipts to batches that still lie there; one that cannot be read stays for a person."""
        for name in self._names(self._in, _RECEIPT):
            sequence = int(name[8:16])
            if self._folder.has(self._out, f"batch-{sequence:08d}.done"):
                try:
                    receipt = row_batch.decode(self._read(name, MAX_BYTES), RowReceipt)
                except BatchMalformed:
                    continue
                if (receipt.sender, receipt.receiver, receipt.sequence) == (self._peer, self._node, sequence):
                    yield receipt

    def settled(self, receipt: RowReceipt, *, is_closed: bool) -> None:
        """Delete the files of a batch that is closed, the mark first, so that nobody finds half of them."""
        name = f"batch-{receipt.sequence:08d}"
        if not is_closed:
            return
        parts = [part for part in self._folder.names(self._out) if part.startswith(name)]
        for part in [f"{name}.done", *parts]:
            self._folder.remove(self._out, part)

    def incoming(self) -> Iterator[IncomingBatch]:
        """Whole batches without a receipt of ours, in the order of their numbers."""
        self._tidy_receipts()
        for name in self._names(self._in, _BATCH)[:BATCHES_MAX]:
            sequence = int(name[6:14])
            if self._folder.has(self._out, f"receipt-{sequence:08d}.json"):
                continue
            try:
                manifest = self._manifest(sequence)
            except (Invalid, FileNotFoundError) as refusal:
                code = refusal.code if isinstance(refusal, Invalid) else "manifest-missing"
                self._refuse(sequence, "0" * 64, code)
                continue
            try:
                yield self._read_batch(manifest)
            except (Invalid, FileNotFoundError) as refusal:
                code = refusal.code if isinstance(refusal, Invalid) else "file-missing"
                self._refuse(sequence, manifest.digest, code)

    def answer(self, receipt: RowReceipt) -> None:
        """Write the receipt of a batch."""
        self._put(f"receipt-{receipt.sequence:08d}.json", row_batch.encode(receipt))

    def rows_at_peer(self, own: Sequence[Row]) -> tuple[list[Row], set[int]] | None:
        """Compare with the platform's sheet; what differs is asked for, and compared once the rows are there."""
        raw = self._read_or_none(SHEET)
        if raw is None:
            return None
        sheet = row_batch.decode(raw, DigestSheet)
        if sheet.owner != self._node:
            raise BatchMalformed("owner")
        theirs = {}
        for text, value in sheet.buckets.items():
            number = reconciliation.bucket_number(text)
            if number is None:
                raise BatchMalformed("buckets")
            theirs[number] = value
        suspects = reconciliation.suspects(reconciliation.buckets(own), theirs)
        if not suspects:
            self._folder.remove(self._out, REQUEST)
            return [], set()
        request = BucketRequest(sheet=hashlib.sha256(raw).hexdigest(), buckets=suspects)
        answer_raw = self._read_or_none(ROWS)
        answer = row_batch.decode(answer_raw, BucketRows) if answer_raw else None
        if answer is None or answer.sheet != request.sheet:
            self._put(REQUEST, row_batch.encode(request))
            return None
        return list(answer.records), set(suspects)

    def write_holdings(self, owner: str, rows: Sequence[Row]) -> None:
        """Write our sheet about the platform's records, and the rows of the buckets that it asked for."""
        sheet = row_batch.encode(row_batch.sheet_of(owner, rows))
        if self._own(SHEET) != sheet:
            self._put(SHEET, sheet)
        raw = self._read_or_none(REQUEST)
        request = row_batch.decode(raw, BucketRequest) if raw else None
        if request and request.sheet == hashlib.sha256(sheet).hexdigest():
            wanted = set(request.buckets)
            chosen = [row for row in rows if reconciliation.bucket_of(row[0]) in wanted]
            answer = row_batch.encode(BucketRows(sheet=request.sheet, records=chosen))
            if self._own(ROWS) != answer:
                self._put(ROWS, answer)

    def _own(self, name: str) -> bytes | None:
        return self._read_or_none(name, self._out)

    def _refuse(self, sequence: int, digest: str, code: str) -> None:
        self.answer(row_batch.refusal_of((self._node, self._peer), (sequence, digest), code))

    def _tidy_receipts(self) -> None:
        """Delete our receipts whose batch the platform has cleared away."""
        for name in self._names(self._out, _RECEIPT):
            if not self._folder.has(self._in, f"batch-{name[8:16]}.done"):
                self._folder.remove(self._out, name)

    def _manifest(self, sequence: int) -> Manifest:
        raw = self._read(f"batch-{sequence:08d}.manifest.json", row_batch.MANIFEST_BYTES_MAX)
        manifest = row_batch.decode(raw, Manifest)
        if (manifest.sender, manifest.receiver, manifest.sequence) != (self._peer, self._node, sequence):
            raise BatchMalformed("manifest")
        if len({entry.name for entry in manifest.files}) < len(manifest.files):
            raise BatchMalformed("files")
        return manifest

    def _read_batch(self, manifest: Manifest) -> IncomingBatch:
        """The rows of a batch, when every count and digest of its manifest is right."""
        rows: list[IncomingRow] = []
        for entry in manifest.files:
            data = self._read(entry.name, MAX_BYTES)
            if hashlib.sha256(data).hexdigest() != entry.sha256:
                raise BatchDigest()
            file_rows = row_files.read_rows(data, entry.name.rsplit(".", 1)[1]) if entry.rows else []
            if len(file_rows) != entry.rows:
                raise BatchMalformed("rows")
            rows += [row_batch.parse_row(entry.format, row.cells, row.faults) for row in file_rows]
        stated = [(row.record, row.revision, row.cells.get("ROW_HASH", "")) for row in rows]
        if len(rows) != manifest.records or row_batch.digest_of(stated) != manifest.digest:
            raise BatchDigest()
        return IncomingBatch(manifest.sequence, manifest.digest, manifest.kind == "full", tuple(rows))

    def _names(self, side: str, pattern: re.Pattern[str]) -> list[str]:
        return sorted(name for name in self._folder.names(side) if pattern.fullmatch(name))

    def _read_or_none(self, name: str, side: str = "") -> bytes | None:
        try:
            return self._folder.read(side or self._in, name, MAX_BYTES)
        except FileNotFoundError:
            return None

    def _read(self, name: str, bytes_max: int) -> bytes:
        return self._folder.read(self._in, name, bytes_max)

    def _put(self, name: str, data: bytes) -> None:
        self._folder.put(self._out, name, data)
