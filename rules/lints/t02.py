"""T02: an exclusion, variant or quiet period that no story shows."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen
from rules.people import Story, record_of
from rules.record import Reply
from rules.rule import Status


def _find(seen: Seen) -> Iterator[Found]:
    rule = seen.rule
    if not seen.stories:
        return
    for name, at in {e.name: e.at for e in reversed(rule.exclusions)}.items():
        if not any(s.expect == "excluded" and s.because == name for s in seen.stories):
            yield Found(
                at,
                f'No story shows that "{name}" leaves somebody alone.',
                f"Add a story with expect: excluded and because: {name}",
            )
    if not any(_hears_a_no(story) for story in seen.stories):
        yield Found(
            rule.place("quiet"),
            "No story shows that a no is heard.",
            "Add a story with an outcome: declined, and expect: quiet",
        )
    words = [*(v.words for v in rule.card.variants), rule.card.words] if rule.card.variants else []
    told = [story.summary_has for story in seen.stories if story.summary_has]
    for one in words:
        if not any(part in one.summary.plain for part in told):
            yield Found(
                one.summary.at,
                f'No story shows the words "{one.summary.plain[:40]}".',
                "Add a story with summary_has: and some of them.",
            )


def _hears_a_no(story: Story) -> bool:
    """Quiet because of a no, given here or on the record; not only because a card was shown."""
    _, said = record_of(story)
    return story.expect == "quiet" and (not said or any(s.reply is Reply.DECLINED for s in said))


LINT = Lint(
    code="T02",
    title="an exclusion, variant or quiet period that no story shows",
    not_like_this="""\
exclude:
  - shared: palliative
tests:
  - name: Somebody with COPD
    person: margaret
    expect: prompt
""",
    like_this="""\
exclude:
  - shared: palliative
tests:
  - name: Receiving palliative care
    person: margaret
    plus:
      - condition: palliative-care
        date: 1 month ago
    expect: excluded
    because: palliative
  - name: Said no last month
    person: margaret
    plus:
      - outcome: declined
        topic: living-well
        date: 1 month ago
    expect: quiet
""",
    why="What no story shows can be broken without anybody noticing.",
    stops_from=Status.PILOT,
    find=_find,
)
