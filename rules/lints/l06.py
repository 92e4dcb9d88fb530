"""L06: a promise that we may not keep."""

import re
from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen
from rules.lints.words import spoken

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
# A day, as people write it. "Mondays" and "every Monday" say when a group meets, and are none.
_DAY = re.compile(
    rf"(?<![\w-])(?:\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH}\b(?:\s+\d{{4}})?"
    rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?:,?\s+\d{{4}})?"
    r"|\d{4}-\d{2}-\d{2}(?!\d)|\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})(?!\d)"
    r"|(?<!every )(?<!each )(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b)"
)


def _find(seen: Seen) -> Iterator[Found]:
    for text in spoken(seen.rule):
        for word, instead in seen.words.promises.items():
            if at := text.find(word):
                says = f'"{word}" promises something that may not happen.'
                yield Found(at, says, instead.hint("Rather"))
        for at, day in text.spans(_DAY):
            says = f'"{day}" is a day that may pass, or not be kept.'
            yield Found(at, says, "Rather: say what can happen, or take the day from a fact.")


LINT = Lint(
    code="L06",
    title="a promise that we may not keep",
    not_like_this="""\
detail: Somebody will ring you on Monday
""",
    like_this="""\
detail: Somebody can ring you, on a day that suits you
""",
    why="A promise that is not kept costs more trust than none.",
    stops_from=None,
    find=_find,
)
