"""C02: a list of one."""

from collections.abc import Iterator

from rules.fact import All, AnyOf
from rules.lints.lint import Found, Lint, Seen, own
from rules.lints.logic import parts_of


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    conditions = [(rule.when, rule.place("when")), *((e.condition, e.at) for e in rule.exclusions)]
    for part, at in ((part, at) for condition, at in conditions for part in parts_of(condition)):
        match part:
            case All((_,)) | AnyOf((_,)):
                word = "all" if isinstance(part, All) else "any"
                yield Found(
                    own(rule, at, "exclude"),
                    f'"{word}:" has only one thing under it.',
                    f"Take {word}: away, or add what is missing.",
                )
            case _:
                pass


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
