"""The language as one table: every heading, what may stand under it, and what it means.

The checker, the JSON Schema and the reference in README.md all read this table, so that none of
them can say something else than the others.
"""

from dataclasses import dataclass
from enum import StrEnum

from rules.reading import Reader
from rules.schema.words import (
    CHANNELS,
    DECISIONS,
    FORMATS,
    HOOKS,
    INDICATORS,
    MEASURES,
    PRIORITIES,
    PURPOSES,
    STATES,
    STATUS_WORDS,
    UNDATED,
)
from rules.text import Block


class Form(StrEnum):
    """What may stand under a heading."""

    TEXT = "a short text"
    SENTENCE = "a sentence"
    WORDING = "a text with places to fill"
    NAME = "a name in lower-case-words"
    WHOLE = "a whole number"
    YES_NO = "yes or no"
    DAY = "a date"
    MOMENT = "a date, a time ago, or a fact that gives a date"
    LENGTH = "a length of time"
    WORD = "one word of a list"
    WORDS = "one or more words of a list"
    SENTENCES = "one or more sentences"
    NAMES = "one or more names"
    LIST = "the name of a code list"
    LISTS = "the names of one or more code lists"
    FACT = "the name of a yes or no fact"
    SERVICE = "the name of a service"
    EXCLUSION = "the name of a shared exclusion"
    OFFER_SET = "the name of a set of offer states"
    CONDITION = "a condition"
    EXPRESSION = "a cel expression over facts"
    BLOCK = "headings of its own"
    BLOCKS = "a list, each with headings of its own"
    MAP = "names, each with headings of its own"
    FREE = "what the tests of this fact take"


@dataclass(frozen=True, slots=True)
class Key:
    """One heading."""

    name: str
    form: Form
    help: str
    default: str = ""
    needed: bool = False
    words: tuple[str, ...] = ()  # the closed list, for WORD and WORDS
    of: str = ""  # the table of what stands under it, for BLOCK, BLOCKS and MAP


F = Form

RULE = (
    Key("format", F.WHOLE, "The version of this language.", "1"),
    Key("id", F.NAME, "The rule's name, never used again; the file has the same.", needed=True),
    Key("title", F.SENTENCE, "What the rule does, in up to 100 characters.", needed=True),
    Key("version", F.WHOLE, "Raised by goodday rules release when anything changes.", "1"),
    Key("status", F.WORD, "Where the rule is in its life.", "draft",
        words=("draft", "pilot", "live", "retired")),
    Key("purpose", F.WORD, "What the rule is for; sets what is checked.", "offer", words=PURPOSES),
    Key("owner", F.SENTENCE, "A person with a role, who answers for the rule.", needed=True),
    Key("co_produced_with", F.SENTENCES, "Who helped to write it, and when; not only staff."),
    Key("evidence", F.BLOCKS, "Why we think it helps.", of="evidence"),
    Key("not_for", F.SENTENCES, "What somebody might use it for, and it is not for."),
    Key("review_by", F.DAY, "The day by which somebody looks at it again."),
    Key("pdsa", F.BLOCK, "The present cycle of improvement.", of="pdsa"),
    Key("safety", F.BLOCK, "Clinical safety sign-off of one version.", of="safety"),
    Key("replaces", F.NAME, "The rule that this one takes over from."),
    Key("pilot", F.BLOCK, "Who sees it while it is in pilot.", "everybody at the practice",
        of="pilot"),
    Key("hook", F.WORDS, "The moment at which it is asked; one or several.", needed=True,
        words=HOOKS),
    Key("show_to", F.NAMES, "The roles that see it. A role that is not told is shown the card.",
        "all clinical roles"),
    Key("facts", F.MAP, "What is looked up.", of="fact"),
    Key("when", F.CONDITION, "Who it is for.", needed=True),
    Key("when_unknown", F.WORD, "What to do where we cannot tell who it is for.", "stay quiet",
        words=("stay quiet", "prompt")),
    Key("exclude", F.BLOCKS, "Who it is not for.", of="exclusion"),
    Key("card", F.BLOCK, "What the clinician reads.", needed=True, of="card"),
    Key("offers", F.BLOCKS, "What a person can say yes or no to.", of="offer"),
    Key("quiet", F.BLOCK, "When people are left alone.", needed=True, of="quiet"),
    Key("allow", F.MAP, "Warnings that were thought about, each with the reason.", of="allow"),
    Key("today", F.DAY, "The day on which the tests happen."),
    Key("people", F.MAP, "Invented people for the tests.", of="person"),
    Key("tests", F.BLOCKS, "Stories that prove the rule.", of="test"),
)  # fmt: skip

EVIDENCE = (
    Key("claim", F.SENTENCE, "What is claimed.", needed=True),
    Key("source", F.SENTENCE, "Who says so.", needed=True),
    Key("strength", F.SENTENCE, "How strong it is."),
    Key("link", F.TEXT, "Where to read it, starting with https://."),
)

PDSA = (
    Key("cycle", F.WHOLE, "The number of the cycle.", needed=True),
    Key("aim", F.SENTENCE, "What is to be better.", needed=True),
    Key("measure", F.SENTENCE, "What will show it.", needed=True),
    Key("started", F.DAY, "When it began.", needed=True),
    Key("prediction", F.SENTENCE, "What you think will happen."),
    Key("result", F.SENTENCE, "What happened."),
    Key("decision", F.WORD, "What you decided.", words=DECISIONS),
)

SAFETY = (
    Key("hazards", F.SENTENCES, "Links to the hazards that were looked at."),
    Key("signed_off_by", F.SENTENCE, "Who took responsibility.", needed=True),
    Key("signed_off_on", F.DAY, "When.", needed=True),
    Key("for_version", F.WHOLE, "For which version of the rule.", needed=True),
)

PILOT = (
    Key("sites", F.SENTENCES, "Only at these sites."),
    Key("clinicians", F.SENTENCES, "Only these clinicians."),
    Key("share", F.TEXT, "Only so many people: 1 in 5. Always the same ones."),
)

_LABEL = Key("label", F.SENTENCE, "How reports name it.", "the name, with spaces")
_FIND = Key("find", F.WORD, "Where to look.", needed=True)
_CODES = Key("codes", F.LISTS, "What to look for.", needed=True)
_STATUS = Key("status", F.WORDS, "Which states count.", "the clinically valid ones",
              words=STATUS_WORDS)  # fmt: skip
_WITHIN = Key("within", F.LENGTH, "On or after that day, up to and including today.", "all time")
_SINCE = Key("since", F.MOMENT, "On or after.")
_BEFORE = Key("before", F.MOMENT, "Strictly before.")
_UNDATED = Key("if_undated", F.WORD, "What an entry without a date means under a window.",
               "cannot tell", words=UNDATED)  # fmt: skip
_ENDED_BY = Key("ended_by", F.LISTS, "Counts only if no such code came on the same day or later.")
_UNIT = Key("unit", F.TEXT, "The unit of a measured value; needed where give is a value.")


def _give(*words: str) -> Key:
    return Key("give", F.WORD, "What comes out.", words[0], words=words)


_DATES = ("exists", "count", "earliest date", "latest date")
_VALUES = ("latest value", "earliest value", "highest value", "lowest value")
_CODED = (_FIND, _CODES, _STATUS, _WITHIN, _SINCE, _BEFORE, _give(*_DATES, "latest choice"),
          _ENDED_BY, _UNDATED, _LABEL)  # fmt: skip
_LASTING = (_FIND, _CODES, _STATUS, _WITHIN, _SINCE, _BEFORE,
            _give(*_DATES, "latest end date", "latest choice"), _ENDED_BY, _UNDATED,
            _LABEL)  # fmt: skip
# What each kind of look-up takes, by the word after ``find:``.
FACTS: dict[str, tuple[Key, ...]] = {
    "condition": _CODED,
    "entry": _CODED,
    "observation": (
        _FIND, _CODES, _STATUS, _WITHIN, _SINCE, _BEFORE, _give(*_DATES, *_VALUES, "latest choice"),
        _UNIT, _ENDED_BY, _UNDATED,
        Key("filed", F.YES_NO, "Results: only those that a clinician has filed, or has not."),
        _LABEL,
    ),
    "medication": _CODED,
    "procedure": _CODED,
    "referral": _CODED,
    "tag": _LASTING,
    "message": _CODED,
    "task": _CODED,
    "encounter": _LASTING,
    "questionnaire": _CODED,
    "goal": _CODED,
    "care_plan": _LASTING,
    "consent": _CODED,
    "appointment": (
        _FIND, _CODES, _STATUS, _WITHIN, _SINCE, _BEFORE,
        Key("in_next", F.LENGTH, "From today up to and including that day."),
        _give("exists", "count", "date"), _UNDATED, _LABEL,
    ),
    "this_appointment": (
        _FIND,
        Key("codes", F.LISTS, "Which sort of visit; any, where nothing is said."),
        _give("exists", "date"),
        _LABEL,
    ),
    "outcome": (
        _FIND,
        Key("topic", F.NAME, "What the answer was about.", needed=True),
        Key("outcome", F.WORDS, "Which answers.", "any", words=(
            "shown", "no_time", "not_now", "declined", "overridden", "already_done", "not_right",
            "accepted")),
        _WITHIN, _give(*_DATES), _LABEL,
    ),
    "offer": (
        _FIND,
        Key("of", F.OFFER_SET, "Which offer, by its name in shared/offers.yaml.", needed=True),
        Key("state", F.WORDS, "Which states count.", "any", words=STATES),
        _WITHIN, _SINCE, _BEFORE, _give(*_DATES, "latest choice"), _UNDATED, _LABEL,
    ),
    "cel": (
        _FIND,
        Key("cel", F.EXPRESSION, "What is worked out, over facts only.", needed=True),
        Key("means", F.SENTENCE, "The same in one plain sentence.", needed=True),
        _LABEL,
    ),
}  # fmt: skip

EXCLUSION = (
    Key("shared", F.EXCLUSION, "An exclusion that many rules share."),
    Key("if", F.CONDITION, "Who is left alone."),
    Key("because", F.SENTENCE, "Why, in words that a clinician may see."),
    Key("if_unknown", F.WORD, "What to do where we cannot tell.", "exclude",
        words=("exclude", "include")),
)  # fmt: skip

_WORDS = (
    Key("summary", F.WORDING, "One line, up to 139 characters with a long name in it."),
    Key("question", F.SENTENCE, "The open question, said aloud as it stands."),
    Key("detail", F.WORDING, "A few lines more."),
)
CARD = (
    *_WORDS,
    Key("indicator", F.WORD, "How it is marked; critical only for a signed-off safety net.", "info",
        words=INDICATORS),
    Key("source", F.SENTENCE, "Whose words these are.", needed=True),
    Key("links", F.BLOCKS, "Pages to read, on hosts that practice.yaml allows.", of="link"),
    Key("choose", F.WORD, "Whether one offer or several can be taken.", "any",
        words=("any", "one")),
    Key("variants", F.BLOCKS, "Other words for other people; the last is otherwise: yes.",
        of="variant"),
)  # fmt: skip
VARIANT = (
    Key("if", F.CONDITION, "Who these words are for."),
    Key("otherwise", F.YES_NO, "For everybody else; the last variant has it."),
    *_WORDS,
)
LINK = (
    Key("label", F.SENTENCE, "What the link is called.", needed=True),
    Key("address", F.TEXT, "Where it leads, starting with https://.", needed=True),
)

_COMMON = (
    Key("label", F.WORDING, "What stands on the button.", needed=True),
    Key("if", F.CONDITION, "Only then is it offered."),
    Key("if_unknown", F.WORD, "What to do where we cannot tell.", "hide", words=("hide", "show")),
    Key("needs", F.FACT, "A yes or no fact that has to be yes."),
    Key("recommended", F.YES_NO, "Marked as recommended; at most one, never ticked ahead.", "no"),
)
OFFERS: dict[str, tuple[Key, ...]] = {
    "refer": (
        *_COMMON,
        Key("service", F.SERVICE, "Where to, as shared/services.yaml has it.", needed=True),
        Key("priority", F.WORD, "How soon.", "routine", words=PRIORITIES),
        Key("reason", F.LIST, "What it is about, where the rule's conditions do not say."),
    ),
    "record_offer": (
        *_COMMON,
        Key("codes", F.LISTS, "The code that records it: the first of the list.", needed=True),
        Key("service", F.SERVICE, "What was offered."),
    ),
    "tag": (
        *_COMMON,
        Key("code", F.NAME, "The tag's name.", needed=True),
        Key("words", F.SENTENCE, "What it says.", needed=True),
        Key("for", F.LENGTH, "It ends by itself after that.", "12 months"),
    ),
    "results_ahead": (
        *_COMMON,
        Key("include", F.LISTS, "Which results may be sent.", needed=True),
        Key("within", F.LENGTH, "How recent they are.", needed=True),
        Key("lead_time", F.LENGTH, "To be with the person so long before the visit.", "3 days"),
        Key("format", F.WORD, "How it is set.", "letter", words=FORMATS),
    ),
    "message": (
        *_COMMON,
        Key("template", F.NAME, "Which text, by its name in shared/messages.yaml.", needed=True),
        Key("channel", F.WORD, "How it goes.", "letter", words=CHANNELS),
    ),
    "questionnaire": (
        *_COMMON,
        Key("form", F.NAME, "Which one, by its name.", needed=True),
    ),
    "task": (
        *_COMMON,
        Key("for", F.NAME, "For which role.", needed=True),
        Key("due", F.LENGTH, "By when.", "7 days"),
        Key("code", F.NAME, "What it is called in the record, so that a rule can find it."),
    ),
    "goal": (
        *_COMMON,
        Key("text", F.SENTENCE, "What it starts with, before the person's own words."),
    ),
}

_PERIOD = "How long people are left alone after {}."
QUIET = (
    Key("topic", F.NAME, "What the answer is about; several rules may share one.", needed=True),
    Key("after_accepted", F.LENGTH, _PERIOD.format("an offer was taken up"), "12 months"),
    Key("after_declined", F.LENGTH, _PERIOD.format('"no, thank you"'), "12 months"),
    Key("after_not_now", F.LENGTH, _PERIOD.format('"not now"'), "3 months"),
    Key("after_overridden", F.LENGTH, _PERIOD.format("the card was closed without a reason"),
        "14 days"),
    Key("after_shown", F.LENGTH, _PERIOD.format("it was shown and nobody answered"), "14 days"),
    Key("after_no_time", F.LENGTH, _PERIOD.format('"not enough time today"'), "7 days"),
    Key("after_already_done", F.LENGTH, _PERIOD.format('"already offered or done"'), "12 months"),
    Key("after_not_right", F.LENGTH, _PERIOD.format('"not right for this person"'), "24 months"),
    Key("most", F.TEXT, "So many cards at most in so long: 3 in 12 months.", "3 in 12 months"),
    Key("also_quiet", F.NAMES, "Other topics that an answer on this one silences too."),
    Key("also_known_as", F.NAMES, "Former names of the topic, so that old answers still count."),
    Key("declined_codes", F.LISTS, "Codes that say no, wherever they stand in the record."),
    Key("not_done_codes", F.LISTS, "Codes that say no where they are recorded as not done."),
    Key("no_thanks", F.BLOCK, 'Hides "no, thank you"; never for an offer.', of="no_thanks"),
)  # fmt: skip
NO_THANKS = (
    Key("hidden", F.YES_NO, "Whether it is hidden.", needed=True),
    Key("because", F.SENTENCE, "Why.", needed=True),
)

PERSON = (
    Key("about", F.SENTENCE, "Who they are, in a line.", needed=True),
    Key("age", F.WHOLE, "How old they are."),
    Key("sex", F.WORD, "As the record has it.", words=("female", "male", "other", "unknown")),
    Key("language", F.TEXT, "The language they speak, as a code: en, pl, ur."),
    Key("needs_interpreter", F.YES_NO, "Whether they need an interpreter."),
    Key("registered_here", F.YES_NO, "Whether they are registered at the practice.", "yes"),
    Key("deceased", F.YES_NO, "Whether they have died.", "no"),
    Key("record", F.BLOCKS, "What stands on their record.", of="line"),
    Key("booking", F.BLOCK, "The visit that they are booking.", of="booking"),
)
BOOKING = (
    Key("codes", F.LIST, "Which sort of visit."),
    Key("date", F.TEXT, "On which day."),
)
LINE = (
    Key("date", F.TEXT, "2026-05-31, 2026-05, 2026, 4 months ago, in 6 days, or today."),
    Key("status", F.TEXT, "The state it is in.", "the usual one"),
    Key("end", F.TEXT, "When it ended."),
    Key("filed", F.YES_NO, "Results: whether a clinician has filed it."),
    Key("value", F.TEXT, "What was measured: 58 mmol/mol."),
)
OUTCOME_LINE = (
    Key("topic", F.NAME, "What it was about.", needed=True),
    Key("date", F.TEXT, "When it was said.", needed=True),
    Key("ask_again", F.TEXT, "The day that the person chose to be asked again."),
)
TEST = (
    Key("name", F.SENTENCE, "What happens, in a line.", needed=True),
    Key("person", F.NAME, "Who it is about.", needed=True),
    Key("plus", F.BLOCKS, "Lines that their record has besides.", of="line"),
    Key("without", F.SENTENCES, "Lines that it does not have."),
    Key("change", F.MAP, "What is different about a line, or about the person.", of="change"),
    Key("vary", F.SENTENCE, "What the rows change."),
    Key("rows", F.MAP, "A value, and what to expect of it.", of="rows"),
    Key("unavailable", F.NAMES, "Lists that could not be read."),
    Key("today", F.DAY, "Another day than the file's."),
    Key("expect", F.WORD, "What is to happen.", words=(
        "prompt", "no prompt", "excluded", "quiet", "cannot tell")),
    Key("because", F.TEXT, "The fact, exclusion or answer that decides."),
    Key("offers", F.WORDS, "The offers on the card, in order.", words=tuple(OFFERS)),
    Key("summary_has", F.SENTENCE, "Words that stand in the summary."),
    Key("known_gap", F.YES_NO, "A wrong answer that we accept for now, and say so.", "no"),
)  # fmt: skip

CODE_LIST = (
    Key("id", F.NAME, "The list's name; the file has the same.", needed=True),
    Key("title", F.SENTENCE, "What it is a list of.", needed=True),
    Key("source", F.SENTENCE, "Where the codes come from, with its version.", needed=True),
    Key("owner", F.SENTENCE, "Who answers for it."),
    Key("reviewed", F.DAY, "When somebody last looked at it.", needed=True),
    Key("review_by", F.DAY, "The day by which somebody looks again."),
    Key(
        "measures",
        F.WORD,
        "What is measured, where its units can be turned into each other.",
        words=MEASURES,
    ),
    Key(
        "local",
        F.YES_NO,
        "Its codes stand beside those of a built-in list of the same name;"
        " with no, it takes that list's place.",
        "no",
    ),
    Key("note", F.SENTENCE, "What to know about it."),
    Key("codes", F.BLOCKS, "The codes.", needed=True, of="code"),
)
CODE = (
    Key("code", F.TEXT, "The code, in quotes.", needed=True),
    Key("words", F.SENTENCE, "What it means, in plain words.", needed=True),
    Key("system", F.WORD, "Whose code it is.", "snomed"),
    Key("grade", F.WORD, "How sure we are of it: A, B or C.", words=("A", "B", "C")),
    Key("verify", F.SENTENCE, "What to look up before a grade C code is used."),
)
SERVICE = (
    Key("name", F.SENTENCE, "What people call it.", needed=True),
    Key("codes", F.LISTS, "The code that a referral carries: the first of the list.", needed=True),
    Key("about", F.SENTENCE, "What it is."),
)
OFFER_SET = (
    Key("name", F.SENTENCE, "What is offered.", needed=True),
    *(Key(state, F.LISTS, f"The codes that say: {state.replace('_', ' ')}.") for state in STATES),
)
MESSAGE = (
    Key("name", F.SENTENCE, "What staff call it.", needed=True),
    Key("text", F.SENTENCE, "What it says, in plain words.", needed=True),
)
PRACTICE = (
    Key("name", F.SENTENCE, "What the practice is called.", needed=True),
    Key("invented", F.YES_NO, "Whether it is an invented one.", "no"),
    Key("phone", F.SENTENCE, "The number that people ring."),
    Key("site", F.SENTENCE, "Which of its sites this is, for rules piloted at some only."),
    Key("pilots", F.NAMES, "Starter rules that this practice pilots."),
    Key("people", F.SENTENCES, "Who works here, by name and role: who can own and sign off rules."),
    Key("link_hosts", F.SENTENCES, "Hosts that cards may link to.", "www.nhs.uk"),
)

# By the name that ``of`` uses.
TABLES: dict[str, tuple[Key, ...]] = {
    "rule": RULE, "evidence": EVIDENCE, "pdsa": PDSA, "safety": SAFETY, "pilot": PILOT,
    "exclusion": EXCLUSION, "card": CARD, "variant": VARIANT, "link": LINK, "quiet": QUIET,
    "no_thanks": NO_THANKS, "person": PERSON, "booking": BOOKING, "line": LINE,
    "outcome line": OUTCOME_LINE, "test": TEST, "list": CODE_LIST, "code": CODE,
    "service": SERVICE, "offer set": OFFER_SET, "message": MESSAGE, "practice": PRACTICE,
}  # fmt: skip


def check(
    reader: Reader,
    block: Block,
    of: str,
    table: tuple[Key, ...],
    besides: tuple[str, ...] = (),
    skip: frozenset[str] = frozenset(),
) -> None:
    """Report headings that a table does not have, and those it needs and that are missing.

    ``besides`` are headings that may stand there too; those in ``skip`` may not, or are not needed.
    """
    known = tuple(key.name for key in table if key.name not in skip)
    needed = tuple(key.name for key in table if key.needed and key.name not in skip)
    reader.keys(block, of, (*besides, *known), needed=needed)


def names(table: tuple[Key, ...]) -> tuple[str, ...]:
    """The headings of a table."""
    return tuple(key.name for key in table)


def needed(table: tuple[Key, ...]) -> tuple[str, ...]:
    """The headings of a table that have to be there."""
    return tuple(key.name for key in table if key.needed)


def words_of(table: tuple[Key, ...], name: str) -> tuple[str, ...]:
    """The closed list of words that a heading takes."""
    return next(key.words for key in table if key.name == name)


# Every heading there is: they tell a heading from a word of a sentence.
HEADINGS = frozenset(
    key.name for table in (*TABLES.values(), *FACTS.values(), *OFFERS.values()) for key in table
) | {*OFFERS, *FACTS, "all", "any", "none", "not", "some_of"}
