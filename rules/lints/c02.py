"""C02: a list of one."""

from collections.abc import Iterator

from rules.fact import All, AnyOf, Condition, NoneOf, SomeOf, parts_of
from rules.lints.lint import Found, Lint, Seen, own
from rules.lints.logic import conditions_of


def _find(seen: Seen) -> Iterator[Found]:
    for where in conditions_of(seen.rule):
        for part in parts_of(where.condition):
            word = _list_of_one(part)
            if word is not None:
                instead = "Write not: in its place" if word == "none" else f"Take {word}: away"
                yield Found(
                    own(seen.rule, where.at, where.heading),
                    f'"{word}:" has only one thing under it.',
                    f"{instead}, or add what is missing.",
                )


def _list_of_one(part: Condition) -> str | None:
    match part:
        case All((_,)):
            return "all"
        case AnyOf((_,)):
            return "any"
        case NoneOf((_,)):
            return "none"
        case SomeOf(_, (_,)):
            return "some_of"
        case _:
            return None


LINT = Lint(
    code="C02",
    title="a list of one",
    not_like_this="""\
any:
  - has_copd
""",
    like_this="""\
has_copd
""",
    why="A list with one thing in it is usually half of what somebody meant to write.",
    stops_from=None,
    find=_find,
)
