"""What the row exchange needs of a transport, whatever it is made of: files in a folder, tables of a database."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from registry.domain.exchange.reconciliation import Row
from registry.domain.exchange.row_batch import IncomingBatch, RowReceipt
from registry.services.exchange.row_outbox import Dispatch


class TransportFailed(Exception):  # noqa: N818 - an answer of the world, not an error of the program
    """The folder or database could not be reached or used; ``code`` says why, without a path or an address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RowTransport(Protocol):
    """Calls that every transport of rows has. Each may be repeated after a crash without doing anything twice, and may
    raise ``TransportFailed``."""

    def close(self) -> None:
        """End the connection; nothing is called afterwards."""

    def write_batch(self, dispatch: Dispatch) -> None:
        """Put a batch where the platform finds it, whole or not at all."""

    def receipts(self) -> Iterator[RowReceipt]:
        """The platform's receipts that are there."""

    def settled(self, receipt: RowReceipt, *, is_closed: bool) -> None:
        """A receipt was settled here; ``is_closed``: its batch is answered whole or refused and may be cleared away."""

    def incoming(self) -> Iterator[IncomingBatch]:
        """The platform's batches that are whole and not answered yet. One that contradicts itself is answered with its
        refusal, and is not among them."""

    def answer(self, receipt: RowReceipt) -> None:
        """Put the receipt of an incoming batch where the platform finds it."""

    def rows_at_peer(self, own: Sequence[Row]) -> tuple[list[Row], set[int]] | None:
        """The rows that the platform holds of ours, in the buckets where anything may differ, and those buckets; None
        until it has shown what it holds."""

    def write_holdings(self, owner: str, rows: Sequence[Row]) -> None:
        """Let the platform see what is held here of its records."""
