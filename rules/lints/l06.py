"""L06: a promise that we may not keep."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen
from rules.lints.words import has_word, spoken


def _find(seen: Seen) -> Iterator[Found]:
    for text in spoken(seen.rule):
        for word, instead in seen.words.promises.items():
            if has_word(text.says, word):
                says = f'"{word}" promises something that may not happen.'
                yield Found(text.at, says, instead.hint("Rather"))


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
