"""L06: a promise that we may not keep."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen
from rules.lints.words import PROMISES, has_word, spoken


def _find(seen: Seen) -> Iterator[Found]:
    for text in spoken(seen.rule):
        for word in PROMISES:
            if has_word(text, word):
                yield Found(
                    seen.rule.at,
                    f'"{word}" promises something that may not happen.',
                    "Say what can happen, or what people can choose.",
                )


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
