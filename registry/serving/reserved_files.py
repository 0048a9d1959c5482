"""Files of counters whose room on the disk is reserved before they are mapped into memory.

``prometheus_client`` maps files that it has only lengthened. On a full disk the first write to such a page ends the
process by SIGBUS; reserved, the file cannot be made and that is an error like any other.
"""

import os
from pathlib import Path
from typing import Any

from prometheus_client import mmap_dict, values

_FIRST_BYTES = 1 << 16
"""As many as the library takes at first; it doubles them when they are used up."""


class ReservedDict(mmap_dict.MmapedDict):
    """The library's dictionary of counters, in a file of which every byte is reserved. Raises ``OSError`` when the disk
    is full."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if not read_mode:
            with Path(filename).open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, max(_FIRST_BYTES, os.fstat(file.fileno()).st_size))
        super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]

    def _init_value(self, key: str) -> None:
        # One value takes its key, padding and 20 bytes; room for it is reserved before the library counts on it.
        wanted, capacity = self._used + len(key.encode()) + 64, self._capacity
        while capacity < wanted:
            capacity *= 2
        if capacity > self._capacity:
            os.posix_fallocate(self._f.fileno(), 0, capacity)
        super()._init_value(key)  # type: ignore[no-untyped-call]


def reserve() -> None:
    """Let the counters of this process be kept in reserved files; before the first of them is made."""
    module: Any = values
    module.MmapedDict = ReservedDict
