"""One line of a table of figures."""

from typing import NamedTuple


class Row(NamedTuple):
    """What was measured, and whether it is within its limit; None where there is none."""

    what: str
    says: str
    holds: bool | None = None

    def __str__(self) -> str:
        return f"{self.what:<46} {self.says}" + ("  OVER IT" if self.holds is False else "")
