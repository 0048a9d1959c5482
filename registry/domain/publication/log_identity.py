"""Origin of a ledger: the node it belongs to and the epoch of its entry numbers (C2SP tlog-checkpoint)."""

import re
from dataclasses import dataclass

_EPOCH = re.compile(r"[0-9a-z]{1,64}")


@dataclass(frozen=True)
class LogIdentity:
    """The ledger that a database holds: ``epoch`` tells one life of a node from another, ``number`` counts them."""

    node: str
    epoch: str
    number: int = 1

    @property
    def origin(self) -> str:
        """First line of every checkpoint, and name of the key that signs it."""
        return f"{self.node}/{self.epoch}"

    @property
    def is_first(self) -> bool:
        """Whether the entry numbers never began anew."""
        return self.number == 1


def is_origin_of(node: str, origin: str) -> bool:
    """Whether an origin is of this node: with an epoch, or bare as before epochs were part of it."""
    if origin == node:
        return True
    name, slash, epoch = origin.rpartition("/")
    return bool(slash) and name == node and _EPOCH.fullmatch(epoch) is not None
