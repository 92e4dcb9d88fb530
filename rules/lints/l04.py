"""L04: short forms that people do not know."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen
from rules.lints.words import spoken


def _find(seen: Seen) -> Iterator[Found]:
    for text in spoken(seen.rule):
        for word, plain in seen.words.jargon.items():
            if at := text.find(word):
                says = f'Not everybody knows what "{word}" means.'
                yield Found(at, says, plain.hint("Plainer"))


LINT = Lint(
    code="L04",
    title="short forms that people do not know",
    not_like_this="""\
label: Refer to PR
""",
    like_this="""\
label: Refer to pulmonary rehabilitation
""",
    why="What a person may read is written so that they can read it.",
    stops_from=None,
    find=_find,
)
