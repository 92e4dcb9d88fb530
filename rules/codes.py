"""Codes, code lists, and the check digit that catches a code damaged by a spreadsheet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

SNOMED = "http://snomed.info/sct"
# Our own words, for what no public code says (CONTENT 3.3).
OWN = "https://good-day.example/fhir/CodeSystem/good-day"

# The names an author may write for a code system, and the system they stand for.
SYSTEMS = {
    "snomed": SNOMED,
    "good-day": OWN,
    "loinc": "http://loinc.org",
    "appointment-reason": "http://terminology.hl7.org/CodeSystem/v2-0276",
    "dmd": "https://dmd.nhs.uk",
    "questionnaire": "urn:ietf:rfc:3986",  # a form by its canonical address
}

# Codes that public lists label wrongly (CONTENT 1.5, trap 3). Never used, always named.
TRAPS = {
    "390891009": "COPD monitoring, not a self-management plan, though several public lists say so",
    "410225008": "not a SNOMED code at all, though a public list calls it shared decision making",
}


class Code(NamedTuple):
    """One code in one system. Membership is by both; words are never matched."""

    system: str
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class CodeList:
    """A named list of codes with the plain words that we show for each."""

    id: str
    title: str
    words: dict[Code, str]
    measures: str = ""  # what is measured, for conversions that are for one thing only

    @property
    def codes(self) -> frozenset[Code]:
        """The codes alone."""
        return frozenset(self.words)

    @property
    def first(self) -> Code:
        """The code that a story means when it names this list."""
        return next(iter(self.words))


@dataclass(frozen=True, slots=True, eq=False)
class OfferSet:
    """One offer and, for each state it may be in, the code lists that say so."""

    id: str
    name: str
    codes: Mapping[str, tuple[CodeList, ...]]


@dataclass(frozen=True, slots=True)
class Message:
    """A text that staff send to people, by name."""

    id: str
    name: str
    text: str


# Verhoeff's dihedral check. Source: SNOMED CT identifier specification, check-digit.
_D5 = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_PERMUTE = (
    "0123456789", "1576283094", "5803796142", "8916043527",
    "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def check_digit_is_right(code: str) -> bool:
    """Whether a run of digits ends in its Verhoeff check digit."""
    state = 0
    for place, digit in enumerate(reversed(code)):
        state = int(_D5[state][int(_PERMUTE[place % 8][int(digit)])])
    return state == 0


def snomed_problem(code: str) -> tuple[str, str] | None:
    """What is wrong with a SNOMED concept code, and what to do; None if nothing is."""
    if not (code.isascii() and code.isdigit() and 6 <= len(code) <= 18 and code[0] != "0"):
        return (
            f"{code} is not a SNOMED code: those have 6 to 18 digits and no others.",
            "Copy it again from the browser or the record system, and keep it in quotes.",
        )
    if code in TRAPS:
        return f"{code} is a known trap: it is {TRAPS[code]}.", "Look for the code that is meant."
    if not check_digit_is_right(code):
        spreadsheet = len(code) >= 16 and code.endswith("0")
        cause = "It ends in zero, which is what Excel does to long codes. " if spreadsheet else ""
        return (
            f"{code} is not a SNOMED code: its check digit is wrong.",
            cause + "Copy it again from the browser or the record system, and keep it in quotes.",
        )
    if code[-3:-1] not in ("00", "10"):
        return (
            f"{code} is a description (one wording), not a concept.",
            "EMIS shows both: C = concept, D = description. Use the C number.",
        )
    return None
