"""The five reporting rates of a department (双公示), each with numerator and denominator.

Their names are those of the official bulletins on 双公示; the formulas are this project's (``docs/clocks.md``).
"""

from dataclasses import dataclass

RATES = {
    "compliance": "合规率",
    "timeliness": "及时率",
    "lateness": "迟报率",
    "errors": "错报率",
    "repetition": "重复率",
}
"""The rates by code, in the order in which they are shown."""


@dataclass(frozen=True)
class Ratio:
    """A rate as numerator and denominator; with a denominator of 0 there is no rate, neither 0 nor 100 %."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """The share with four decimals, None when there was nothing to divide by."""
        return round(self.numerator / self.denominator, 4) if self.denominator else None


@dataclass(frozen=True)
class Tally:
    """Counts of a department's reports of penalties in a period.

    ``accepted`` and ``refused`` rows and single filings were received; ``repeated`` of the refused were held
    already; ``corrected`` of the accepted were sent back or filed anew. Of the limits that ended, ``timely`` and
    ``late`` were met by publication, ``open`` are over and not met.
    """

    accepted: int = 0
    refused: int = 0
    repeated: int = 0
    corrected: int = 0
    timely: int = 0
    late: int = 0
    open: int = 0

    @property
    def received(self) -> int:
        """Number of filings received: accepted and refused."""
        return self.accepted + self.refused

    @property
    def rates(self) -> dict[str, Ratio]:
        """The five rates by code."""
        published = self.timely + self.late
        return {
            "compliance": Ratio(self.accepted, self.received),
            "timeliness": Ratio(self.timely, published + self.open),
            "lateness": Ratio(self.late, published),
            "errors": Ratio(self.refused + self.corrected, self.received),
            "repetition": Ratio(self.repeated, self.received),
        }
