"""S12: a rule that keeps people safe by a list which finds nobody.

Of some things no code is public: a pregnancy, a crisis, a result that is told in person. Such a
list comes with a word of ours, which no record has, until a practice puts its own codes beside it.
Said from shadow on: a draft is asked of nobody. At a practice that is invented nobody is at risk.
"""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen, own
from rules.rule import ASKED, Status


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    if seen.invented or rule.status not in ASKED:
        return
    told = set[str]()
    for fact in rule.looks_at:
        for one in fact.lists:
            if one.wants_yours and one.id not in told:
                told.add(one.id)
                yield Found(
                    own(rule, fact.at, "exclude", "when"),
                    f'"{fact.label}" is found by the list {one.id}, which has no code of yours'
                    " yet: so nobody is kept from a card by it.",
                    "Put the codes of your record system beside it: goodday lists import FILE"
                    f" --name {one.id} --local --to FOLDER",
                )


LINT = Lint(
    code="S12",
    title="a list that keeps nobody safe yet",
    not_like_this="""\
id: pregnancy
wants_yours: yes
codes:
  - {code: pregnant, words: Is pregnant, system: good-day}
""",
    like_this="""\
id: pregnancy
codes:
  - {code: YOURS-1, words: Is pregnant, system: emis}
""",
    why="Some lists hold only a word of ours, which no record has, until you add your codes.",
    stops_from=Status.PILOT,
    find=_find,
)
