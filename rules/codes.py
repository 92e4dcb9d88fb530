"""Codes, code lists, and the check digit that catches a code damaged by a spreadsheet."""

import re
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
    "encounter-class": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    "appointment-reason": "http://terminology.hl7.org/CodeSystem/v2-0276",
    "dmd": "https://dmd.nhs.uk",
    # Older and supplier codes, as GP Connect names their systems. TPP's own stand under CTV3.
    "ctv3": "http://read.info/ctv3",
    "read-v2": "http://read.info/readv2",
    "emis": "https://fhir.hl7.org.uk/Id/egton-codes",
    "questionnaire": "urn:ietf:rfc:3986",  # a form by its canonical address
}

# A system without a name here may be written as its address, whole, as the record has it.
ADDRESS = re.compile(r"(?:https?://|urn:)[!-~]+")
LONGEST_WORDS = 255  # characters; no description that SNOMED publishes for display is longer


@dataclass(frozen=True, slots=True)
class Trap:
    """A code that public lists label wrongly. ``says`` what it is, ``hint`` what to use instead.

    With ``means``, the code may stand beside words that have one of these in them; without, it is
    never used.
    """

    says: str
    hint: str
    means: tuple[str, ...] = ()

    def catches(self, words: str) -> bool:
        """Whether a code with these words is used for what it does not mean."""
        if not self.means:
            return True
        return bool(words) and not any(each in words.lower() for each in self.means)


# CONTENT 1.5, trap 3. Where a code is meant that we know, the hint names it.
TRAPS: Mapping[str, Trap] = {
    "390891009": Trap(
        "COPD monitoring, not a self-management plan, though several public lists say so",
        "For a COPD self-management plan that was given, 391131001 is meant.",
    ),
    "410225008": Trap(
        "not a SNOMED code at all, though a public list calls it shared decision making",
        "No code for shared decision making is public: import the national list"
        " (refset 999022371000230102).",
    ),
    "251944000": Trap(
        "the FEV1/FVC ratio, not FEV1, though several public lists say so",
        "For FEV1 as a percentage of predicted, 313223002 is meant.",
        ("ratio", "/"),
    ),
}

# Codes that are right, and that say less or more than the list they are found in (CONTENT 1.2, 1.3
# and 1.5: traps 4, 7 and 9). They are named when a list is imported, and used.
CAUTIONS: Mapping[str, str] = {
    "703138006": "means type 2 diabetes in remission",
    "703136005": "means diabetes in remission",
    "195951007": "is a flare-up: an event, which also proves that somebody has COPD",
    "285381006": "is a flare-up: an event, which also proves that somebody has COPD",
    "716031000000106": "means leave me out of the indicator, not never ask me",
    "716491000000100": "means leave me out of the indicator, not never ask me",
    "523071000000109": "is the older code; 1187911000000105 is used beside it",
    "781591000000108": "is the older code; 741056003 is used beside it",
    "1019431000000105": "is the older HbA1c, in %; 999791000000106 is in mmol/mol",
    "1084961000000105": "is a score, not a diagnosis",
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
    wants_yours: bool = False  # finds nobody until a practice puts its own codes beside ours

    @property
    def codes(self) -> frozenset[Code]:
        """The codes alone."""
        return frozenset(self.words)

    @property
    def first(self) -> Code:
        """The code that a story means when it names this list."""
        return next(iter(self.words))

    def beside(self, local: "CodeList") -> "CodeList":
        """This list with a practice's own codes beside it; the practice's words come first."""
        words = {**self.words, **local.words}
        wants = self.wants_yours and not local.codes - self.codes
        return CodeList(self.id, self.title, words, self.measures or local.measures, wants)


@dataclass(frozen=True, slots=True, eq=False)
class OfferSet:
    """What is offered, and for each state of the offer the code lists that say so."""

    id: str
    name: str
    codes: Mapping[str, tuple[CodeList, ...]]


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


def check_digit_for(digits: str) -> str:
    """The one digit that, put behind these, makes a whole identifier of them."""
    return next(last for last in "0123456789" if check_digit_is_right(digits + last))


class Flaw(NamedTuple):
    """What keeps a code from being used: our code for it, a sentence, and what to do."""

    code: str
    says: str
    hint: str


_COPY = "Copy it again from the browser or the record system, and keep it in quotes."
# Spreadsheets keep this many digits of a number and write zeros for the rest.
KEPT_DIGITS = 15


def snomed_problem(code: str, words: str = "") -> Flaw | None:
    """What is wrong with a SNOMED concept code beside its words; None if nothing is."""
    if not (code.isascii() and code.isdigit() and 6 <= len(code) <= 18 and code[0] != "0"):
        return Flaw(
            "E21", f"{code} is not a SNOMED code: those have 6 to 18 digits and no others.", _COPY
        )
    trap = TRAPS.get(code)
    if trap is not None and trap.catches(words):
        return Flaw("E23", f"{code} is a known trap: it is {trap.says}.", trap.hint)
    # No concept has 18 digits of which the last three are zeros; one in ten would pass the check.
    cut = len(code) == 18 and code.endswith("000")
    if not check_digit_is_right(code) or cut:
        says = f"{code} is not a SNOMED code: "
        says += "its last three digits are lost." if cut else "its check digit is wrong."
        return Flaw("E21", says, _repair_hint(code) + _COPY)
    if code[-3:-1] not in ("00", "10"):
        return Flaw(
            "E22",
            f"{code} is a description (one wording), not a concept.",
            "EMIS shows both: C = concept, D = description. Use the C number.",
        )
    return None


def _repair_hint(code: str) -> str:
    if len(code) <= KEPT_DIGITS or not code.endswith("0"):
        return ""
    fitting = before_a_spreadsheet(code)
    zeros = "zeros" if code.endswith("00") else "zero"
    hint = f"It ends in {zeros}, which is what Excel does to long codes. "
    if fitting:
        hint += f"It may have been {' or '.join(fitting)}: look before you use it. "
    return hint


def before_a_spreadsheet(code: str) -> tuple[str, ...]:
    """The whole concept codes of more than 15 digits that a spreadsheet makes this one of.

    Either it cut them off after 15 digits, or it kept them as a floating-point number. The check
    digit and the two digits before it follow from the rest, so there is seldom more than one.
    """
    if not (code.isascii() and code.isdigit() and KEPT_DIGITS < len(code) <= 18):
        return ()
    kept = code[:KEPT_DIGITS]
    lost = len(code) - KEPT_DIGITS
    # The two digits before the last say "concept": 10 behind a namespace (1000...), 00 without.
    kinds = ("10",) if code[-10:-6] == "1000" else ("00", "10")
    found: list[str] = []
    for kind in kinds:
        body = code[:-3] + kind
        if not body.startswith(kept):
            continue
        whole = body + check_digit_for(body)
        cut_off = code == kept + "0" * lost
        if cut_off or float(whole) == float(code):
            found.append(whole)
    return tuple(found)
