"""L07: a term of a code system, as no person says it."""

import re
from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen
from rules.lints.words import texts
from rules.rule import Status

# What SNOMED puts behind a term to say what sort of thing it is, and what older codes put in it.
_SORT = (
    r"disorder|finding|procedure|situation|regime/therapy|observable entity|record artifact|event"
    r"|qualifier value|body structure|morphologic abnormality|substance|product|clinical drug"
    r"|medicinal product(?: form)?|physical object|organism|person|social concept|occupation"
    r"|assessment scale|tumor staging|staging scale|attribute|environment|administrative concept"
    r"|specimen|life style|context-dependent category|navigational concept|ethnic group"
)
RAW = re.compile(
    rf"\((?:{_SORT})\)|\[(?:X|D|V|M|SO|EC|Q|RFC|HFQ)\]|\b(?:NOS|NEC)\b"
    r"|\b(?:H/O|FH|O/E|C/O)(?=[:\s])|\bunspecified\b",
    re.IGNORECASE,
)
# "Hypertension, systemic": what it is, and behind a comma which sort of it.
TURNED_ROUND = re.compile(r"[A-Z]?[a-z]+(?: [a-z]+)?, [a-z]+(?: [a-z]+)?")
HINT = "Say it as people say it: high blood pressure, not Hypertension, systemic (disorder)."


def _find(seen: Seen) -> Iterator[Found]:
    for text in texts(seen.rule):
        for at, term in text.spans(RAW):
            yield Found(at, f'"{term}" is how a code system says it.', HINT)


LINT = Lint(
    code="L07",
    title="a term of a code system",
    not_like_this="""\
summary: Chronic obstructive lung disease (disorder) is recorded
""",
    like_this="""\
summary: COPD is recorded
""",
    why="Terms are written for computers to sort. Some of them hurt, and few of them are said.",
    stops_from=Status.PILOT,
    find=_find,
)
