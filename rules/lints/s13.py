"""S13: an offer that was renamed and lost its answers."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen, own
from rules.remembered import lost, marks_of, name_in
from rules.rule import Status


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    before = list(rule.care.released.offers) if rule.care.released is not None else []
    if former := seen.others.get(rule.care.replaces):
        before += marks_of(former)
    for offer, gone in lost(rule, before).items():
        names = [name_in(one) for one in gone]
        known = [f'"{name}"' for name in names if name]
        was = f" ({', '.join(known)})" if known else ""
        typed = known[0] if known else '"what stood there before"'
        yield Found(
            own(rule, offer.at, "offers"),
            f"This {offer.kind} has a name that it did not have, and one that was shown before is"
            f" gone{was}.",
            f"If it is the same, type under it: also_known_as: [{typed}]",
            ("If it is another one, say so: under allow, S13: and why.",),
        )


LINT = Lint(
    code="S13",
    title="an offer that was renamed and lost its answers",
    not_like_this="""\
replaces: copd-help
offers:
  - tag: {label: Ask in winter, code: ask-in-winter, words: Ask in winter}
""",
    like_this="""\
replaces: copd-help
offers:
  - tag:
      label: Ask in winter
      code: ask-in-winter
      words: Ask in winter
      also_known_as: [ask-later]
""",
    why="A no to an offer is kept by its name, and counts in every rule that makes the same offer.",
    stops_from=Status.PILOT,
    find=_find,
)
