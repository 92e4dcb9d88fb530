"""Filling texts. What comes from a record is let through only where it cannot do harm."""

import re
import unicodedata
from datetime import date

from rules.answer import Answer
from rules.days import span_in_words
from rules.fact import Fact, Give
from rules.finding import Finding
from rules.outcome import Outcome
from rules.rule import Blank, Wording
from rules.schema.wording import DATE_NOT_KNOWN, LONGEST_NAME, NUMBER_NOT_KNOWN, SUMMARY_LIMIT

# What stands between the parts of a name. None of it, no letter and no accent means anything to
# markdown or HTML, so a name needs no escaping.
_BETWEEN = frozenset(" '\u2019.-")
_NAME = re.compile(r"(?:LM{0,2})+(?:-+(?:LM{0,2})+)*")  # letter, mark, what stands between
# Letters and accents that nobody sees: a name of them would be a gap.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# What screens turn into links by themselves: "www.", and words joined by a dot, initials apart.
_LIKE_AN_ADDRESS = re.compile(r"www|\.[^\W_]{2}", re.IGNORECASE)
# What units and the names of parts are made of, and what of it means more than it says.
_OF_A_RESULT = re.compile(r"[\w %/.,^*+()\[\]{}'\u2019°²³:=#>&-]*")
_MORE_THAN_WORDS = re.compile(r"www|//|\][(\[:]", re.IGNORECASE)
NAMELESS = "this person"


def first_name(outcome: Outcome) -> str:
    """The person's first name, or "this person" where it is missing, long or looks like no name."""
    name = unicodedata.normalize("NFC", outcome.look.record.person.first_name).strip()
    if len(name) <= len(LONGEST_NAME) and _is_name(name):
        return name
    return NAMELESS


def _is_name(name: str) -> bool:
    """Whether it is made of letters, their accents, and what joins the parts of a name."""
    if _UNSEEN.search(name) or _LIKE_AN_ADDRESS.search(name):
        return False
    sorts = "".join("-" if c in _BETWEEN else unicodedata.category(c)[0] for c in name)
    return _NAME.fullmatch(sorts.removesuffix("-") if name.endswith(".") else sorts) is not None


def may_be_quoted(text: str) -> bool:
    """Whether the record's own words for a unit or a part of a result are no more than words."""
    return (
        _OF_A_RESULT.fullmatch(text) is not None
        and not _MORE_THAN_WORDS.search(text)
        and not _UNSEEN.search(text)
    )


def one_line(wording: Wording, outcome: Outcome) -> str:
    """A summary or a label. A date or number that is not known is said to be so."""
    text = "".join(
        part if isinstance(part, str) else _filled(part, outcome) or _not_known(part)
        for part in wording.parts
    ).strip()
    if len(first := text[:1].upper()) == 1:  # there are letters whose capital is two letters
        text = first + text[1:]
    if len(text) > SUMMARY_LIMIT:  # load_library has measured it with the longest of everything
        raise ValueError(f"{outcome.rule.id}: a text came out longer than {SUMMARY_LIMIT}")
    return text


def _not_known(part: Fact | Blank) -> str:
    number = isinstance(part, Fact) and part.give in (Give.AGE, Give.COUNT)
    return NUMBER_NOT_KNOWN if number else DATE_NOT_KNOWN


def lines(wording: Wording, outcome: Outcome) -> str:
    """Several lines of detail. A line that quotes something unknown is left out."""
    result: list[str] = []
    line: list[str] = []
    keep = True
    for part in wording.parts:
        if not isinstance(part, str):
            filled = _filled(part, outcome)
            keep = keep and filled is not None
            line.append(filled or "")
            continue
        *whole, rest = part.split("\n")
        for piece in whole:
            line.append(piece)
            if keep:
                result.append("".join(line))
            line, keep = [], True
        line.append(rest)
    if keep:
        result.append("".join(line))
    return "\n".join(result).strip()


def _filled(part: Fact | Blank, outcome: Outcome) -> str | None:
    if isinstance(part, Blank):
        return first_name(outcome)
    finding = outcome.look(part)
    if finding.answer is not Answer.YES:
        return None
    return _number(finding) if part.give in (Give.AGE, Give.COUNT) else _day(finding)


def _number(finding: Finding) -> str | None:
    if finding.number is None or finding.number[0] != finding.number[1]:
        return None
    return str(finding.number[0])


def _day(finding: Finding) -> str | None:
    day = finding.day
    if day is None or day.first == date.min or day.last == date.max:
        return None
    words = span_in_words(day)
    return None if words.startswith("between") else words
