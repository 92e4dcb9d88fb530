"""The letter that takes results ahead of a visit: own words first, then what was measured.

No value is judged, compared or explained here. Somebody reads the draft before it is sent.
"""

from prompts.words import NAMELESS, first_name, may_be_quoted
from rules.days import span_in_words
from rules.fact import Fact
from rules.outcome import Outcome
from rules.record import Entry, Measurement
from rules.schema.wording import more_than_words

_ASK = (
    "What matters most to you at the moment?",
    "What would you like to ask about these results?",
    "What would make the visit worth your while?",
)


def letter(outcome: Outcome, fact: Fact, phone: str) -> str:
    """The draft of a letter about the filed results that a fact found, in plain text."""
    name = first_name(outcome)
    finding = outcome.look(fact)
    lines = ["Hello," if name == NAMELESS else f"Dear {name},", ""]
    visit = visit_of(outcome)
    if visit is not None and visit.when is not None:
        lines += [f"You have a visit on {span_in_words(visit.when)}.", ""]
    lines += ["Before you come, you may like to write down:"]
    lines += [f"- {question}" for question in _ASK]
    lines += ["", "Your results, so that we can talk about them together:"]
    lines += [f"- {line}" for entry in finding.entries for line in _result(entry, fact)]
    ring = f" Ring {phone}." if phone else ""
    lines += [
        "",
        f"If anything here worries you, please get in touch before the visit.{ring}",
        "If you would rather not get results this way, tell us and we will stop.",
    ]
    return "\n".join(lines)


def visit_of(outcome: Outcome) -> Entry | None:
    """The visit that the rule is about: of those being booked, the soonest that it matched."""
    for fact in outcome.rule.looks_at:
        if fact.find == "this_appointment" and (entries := outcome.look(fact).entries):
            return entries[0]
    return next(iter(outcome.look.record.booking), None)


def _result(entry: Entry, fact: Fact) -> list[str]:
    words = next(
        (words for one in fact.lists for code, words in one.words.items() if code in entry.codes),
        "",
    )
    if not words or more_than_words(words):
        words = "A result"
    when = f" on {span_in_words(entry.when)}" if entry.when else ""
    measured = [(part, value) for part, value in entry.values if value.number is not None]
    if not measured:
        return [f"{words}{when}"]
    return [f"{words}{_measured(part, value)}{when}" for part, value in measured]


def _measured(part: str, value: Measurement) -> str:
    """A part of a result, in the record's words for it and for its unit where these are words."""
    if not all(may_be_quoted(text) for text in (part, value.unit, value.shown)):
        return ": a value that only the record can show"
    return f"{f', {part}' if part else ''}: {value}"
