"""What was found: for each requirement, whether it was tried, and everything that was wrong."""

from dataclasses import dataclass
from enum import StrEnum

from cds_hooks.conformance.requirements import REQUIREMENTS, Requirement


class Status(StrEnum):
    """What became of a requirement."""

    PASSED = "passed"
    FOUND = "found"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it has to be: where, and what."""

    where: str
    says: str


@dataclass(frozen=True, slots=True)
class Result:
    """A requirement and what became of it. ``why`` it was not tried, where it was not."""

    requirement: Requirement
    status: Status
    findings: tuple[Finding, ...] = ()
    why: str = ""


class Notes:
    """What is written down while a service is asked."""

    def __init__(self) -> None:
        self._tried: set[str] = set()
        self._findings: dict[str, dict[Finding, None]] = {}
        self._why: dict[str, str] = {}
        self._asides: dict[str, None] = {}

    def expect(self, which: str, fine: object, says: str, where: str) -> bool:
        """A requirement was tried; ``says`` is what is wrong where it is not fine."""
        self._tried.add(which)
        if not fine:
            self._findings.setdefault(which, {})[Finding(where, says)] = None
        return bool(fine)

    def not_tried(self, why: str, *which: str) -> None:
        """Requirements could not be judged here; the first reason is the one that is told."""
        for one in which:
            assert one in REQUIREMENTS, one
            self._why.setdefault(one, why)

    def aside(self, says: str) -> None:
        """Something that whoever reads the report has to know, and that is nobody's fault."""
        self._asides[says] = None

    @property
    def asides(self) -> tuple[str, ...]:
        """What is to be known beside the results."""
        return tuple(self._asides)

    def results(self) -> tuple[Result, ...]:
        """One result for every requirement that there is, in their order."""
        assert self._tried <= REQUIREMENTS.keys(), self._tried - REQUIREMENTS.keys()
        return tuple(self._result(one) for one in REQUIREMENTS.values())

    def _result(self, one: Requirement) -> Result:
        if one.id in self._findings:
            return Result(one, Status.FOUND, tuple(self._findings[one.id]))
        if one.id in self._tried:
            return Result(one, Status.PASSED)
        why = self._why.get(one.id, "Nothing of the kind came.")
        return Result(one, Status.NOT_TRIED, why=why)
