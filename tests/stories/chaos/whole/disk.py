"""A small disk of its own that can be full, where the tests may mount one; else a plain folder that never is."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Disk:
    """A folder on a disk of so many megabytes."""

    def __init__(self, path: Path, megabytes: int) -> None:
        self.path = path
        path.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", str(path)]
        self.is_small = os.getuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
        if not self.is_small:
            print(f"full disk: left out for {path.name}, mounting is not allowed here")

    @contextmanager
    def full(self) -> Iterator[None]:
        """Take every byte that is free, again and again, until the block ends."""
        ballast = self.path / "ballast"
        try:
            with ballast.open("wb") as file:
                self._fill(file.fileno())
                yield
        finally:
            ballast.unlink()

    def _fill(self, descriptor: int) -> None:
        taken = 0
        while (free := os.statvfs(self.path).f_bavail * os.statvfs(self.path).f_frsize) > 0:
            try:
                os.posix_fallocate(descriptor, taken, free)
            except OSError:  # somebody took some of it meanwhile
                time.sleep(0.01)
                continue
            taken += free

    def release(self) -> None:
        """Give the disk back."""
        if self.is_small:
            subprocess.run(["umount", "-l", str(self.path)], check=True)
