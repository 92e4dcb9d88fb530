"""What stands under ``facts:``, by the word after ``find:``."""

from rules.schema.key import Form as F
from rules.schema.key import Key
from rules.schema.words import STATES, STATUS_WORDS, UNDATED

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
    "report": _CODED,
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
        _WITHIN, _SINCE, _BEFORE, _give(*_DATES), _LABEL,
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
