"""L03: words that blame or label."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen
from rules.lints.words import texts
from rules.rule import Status

_ADVICE = ("should", "must")


def _find(seen: Seen) -> Iterator[Found]:
    for text in texts(seen.rule):
        for word, kinder in seen.words.blaming.items():
            if word in _ADVICE and text.asked:
                continue  # L02 says it
            if at := text.find(word):
                says = f'"{word}" blames or labels people.'
                yield Found(at, says, kinder.hint("Kinder"))


LINT = Lint(
    code="L03",
    title="words that blame or label",
    not_like_this="""\
summary: Non-compliant diabetics to be chased
""",
    like_this="""\
summary: No annual review is recorded this year
""",
    why="People read their records. NHS England, Language Matters.",
    stops_from=Status.PILOT,
    find=_find,
)
