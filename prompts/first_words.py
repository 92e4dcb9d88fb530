"""What somebody wrote before a visit, at the top of the card, in their own words.

It is free text of a record. It is quoted where it is nothing but words; otherwise the card says
that there is a sheet, and where. It is kept nowhere: not with the card, in no log and in no way.
"""

import re
import unicodedata
from dataclasses import replace
from datetime import date, timedelta

from prompts.prompt import Choice
from rules.days import in_words
from rules.forms import SHEETS
from rules.papers import papers_for
from rules.record import Entry, Kind, PatientRecord, Written
from rules.rule import Practice
from rules.schema.papers import english

LATELY = 14  # days; older words are of another visit
LONGEST = 240  # characters that are quoted
_CODES = tuple(form.code for form in SHEETS)
# Beside letters with their accents, and numbers, this is all that a quotation is made of. None of
# it means anything to markdown or HTML where the patterns below do not find it.
_BESIDE = frozenset(" '\u2018\u2019.,;:?!()/%+&-\u2013\u2014\u2026£€°")
# Their own quotation marks: one would end the quotation, and what follows would look like ours.
_MARKS = re.compile('["\u201c-\u201f\u00ab\u00bb\u2039\u203a\u300c-\u300f\u301d-\u301f\uff02]')
# Signs that are pictures, with what joins and colours them: they are left out.
_PICTURES = re.compile(
    "[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff][\ufe0e\ufe0f\u200d\u20e3]*"
)
_MORE_THAN_WORDS = re.compile(
    r"www"
    r"|[^\s.]\.(?=[^\W\d_]{2})"  # words that a dot joins: an address
    r"|//"
    r"|\d(?:\.\d+){3}/"  # a number that a screen may go to
    r"|:(?![\s\d])|[^\s\d]:(?=\d)"  # what stands before an address, a port, a picture's name
    r"|&(?=\S)"  # an entity
    r"|[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3}",
    re.IGNORECASE,
)
# Letters and accents that nobody sees, and marks that stand on nothing.
_MOST_ACCENTS = "M" * 7
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def with_first_words(
    choice: Choice, record: PatientRecord, today: date, practice: Practice
) -> Choice:
    """The same cards, the first of them with what the person wrote lately before everything else.

    Where no rule speaks, nothing is said: a sheet by itself is no prompt.
    """
    if not choice.prompts:
        return choice
    found = _latest(record, today)
    if found is None or found.written is None or found.when is None:
        return choice
    first, *others = choice.prompts
    says = _says(found.written, in_words(found.when.first), practice)
    told = replace(first, detail=f"{says}\n\n{first.detail}")
    return replace(choice, prompts=(told, *others))


def _latest(record: PatientRecord, today: date) -> Entry | None:
    """The newest sheet with something on it, of which it is sure that it is of these days."""
    since = today - timedelta(days=LATELY)
    lately = {
        id(entry): entry
        for code in _CODES
        for entry in record.by_code.get(code, ())
        if entry.kind is Kind.QUESTIONNAIRE
        and entry.written is not None
        and entry.when is not None
        and since <= entry.when.first == entry.when.last <= today
    }
    return max(lately.values(), key=_newest, default=None)


def _newest(entry: Entry) -> tuple[date, str]:
    assert entry.when is not None  # only these were found
    return entry.when.first, entry.reference


def _says(written: Written, day: str, practice: Practice) -> str:
    say = papers_for("", practice.papers, english()).say
    if written.theirs and written.ticked:
        ticked = ", ".join(map(say, written.ticked))
        return f"**First, what they ticked on {day}, to talk about.** {ticked}"
    quoted = quotation(written.words) if written.theirs else None
    if quoted is None:
        return (
            f"**First: a sheet for a visit was filled in on {day}.**"
            " It is on the record, among the questionnaires."
        )
    words, whole = quoted
    rest = "" if whole else " The rest is on the sheet."
    return (
        f"**First, in their own words of {day}.** {say(written.question)} \u201c{words}\u201d{rest}"
    )


def quotation(text: str) -> tuple[str, bool] | None:
    """Somebody's words on one line, and whether that is all of them; None: they cannot be quoted.

    Pictures are left out, and what is longer than a card has room for. Their own quotation marks
    become single ones, so that only ours begin and end what is theirs.
    """
    plain = _PICTURES.sub(" ", unicodedata.normalize("NFC", text))
    whole = plain == unicodedata.normalize("NFC", text)
    line = " ".join(_MARKS.sub("'", plain).split())
    if len(line) > LONGEST:
        line, whole = f"{line[:LONGEST].rpartition(' ')[0] or line[:LONGEST]} \u2026", False
    if not _is_words(line):
        return None
    return line, whole


def _is_words(line: str) -> bool:
    if _MORE_THAN_WORDS.search(line) or _UNSEEN.search(line):
        return False
    sorts = "".join(unicodedata.category(sign)[0] for sign in line)
    if not re.search("[LN]", sorts) or sorts.startswith("M") or _MOST_ACCENTS in sorts:
        return False
    return all(sort in "LMN" or sign in _BESIDE for sort, sign in zip(sorts, line, strict=True))
