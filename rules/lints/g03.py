"""G03: an owner who is not here any more."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen
from rules.rule import Status


def _find(seen: Seen) -> Iterator[Found]:
    owner = seen.rule.owner.partition(",")[0].strip()
    names = {name.partition(",")[0].strip() for name in seen.staff}
    if seen.staff and owner not in names:
        yield Found(
            seen.rule.place("owner"),
            f"{owner} owns this rule and is not on the practice's list of people.",
            "Name somebody who is, or add them under people: in practice.yaml.",
        )


LINT = Lint(
    code="G03",
    title="an owner who is not here any more",
    not_like_this="""\
owner: Priya Shah, practice manager
""",
    like_this="""\
owner: Anne Example, GP  # who is under people: in practice.yaml
""",
    why="A rule without an owner is nobody's to mend.",
    stops_from=Status.PILOT,
    find=_find,
)
