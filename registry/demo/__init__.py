"""The demonstration: invented departments, accounts and records, filed through the real acts."""

from registry.demo.furnish import furnish
from registry.demo.processes import run

__all__ = ["furnish", "run"]
