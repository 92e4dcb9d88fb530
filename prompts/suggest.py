"""A slip that no story noticed, turned into a question: somebody for whom it would matter.

It is never turned into an expectation. What is right for that person is for people to say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice

from prompts.nearby import Edit, edits
from prompts.stories import Came, came_of
from prompts.writing import test_text
from rules.codes import CodeList
from rules.engine import evaluate
from rules.mutants import Mutant
from rules.people import Stories, Story, record_of
from rules.rule import Rule

# Two changes at once are tried this often at most: it is a few seconds.
_MOST_PAIRS = 12_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody near a story for whom a slip would make a difference, and what to ask."""

    mutant: Mutant
    person: str  # "Margaret, aged 17"
    asks: str  # "Does Margaret get the prompt?"
    choices: tuple[str, ...]
    now: str  # what the rule answers at present, which may be wrong
    story: Story  # nothing is expected of it yet
    text: str  # the test to paste


class Alike(Enum):
    """Why nobody could be suggested."""

    NOBODY = "nobody near the stories was found for whom it makes a difference"
    BEHIND = "only what a letter holds or a card's small print says differs; no story looks there"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What stories look at; and ``behind`` it what they do not."""

    got: str
    offers: tuple[str, ...]
    summary: str
    behind: tuple[object, ...]


def suggest(
    rule: Rule, mutant: Mutant, stories: Stories, lists: Mapping[str, CodeList]
) -> Suggestion | Alike:
    """Somebody for whom a rule and its mutant differ, as near to a story as can be found."""
    alike = Alike.NOBODY
    for origin, story, made in _people(rule, mutant, stories, lists):
        record, said = record_of(story)
        ours, other = (
            _seen(came_of(outcome, said))
            for outcome in evaluate((rule, mutant.rule), record, said, story.today)
        )
        if (ours.got, ours.offers, ours.summary) != (other.got, other.offers, other.summary):
            return _suggestion(mutant, origin, story, made, (ours, other), lists)
        if ours != other:
            alike = Alike.BEHIND
    return alike


def _seen(came: Came) -> _Seen:
    prompt = came.prompt
    behind = () if prompt is None else (
        prompt.detail,
        *((p.label, p.letter, tuple(map(id, p.results))) for p in prompt.proposals),
    )  # fmt: skip
    summary = "" if prompt is None else prompt.summary
    return _Seen(came.got, tuple(map(str, came.offers)), summary, behind)


def _people(
    rule: Rule, mutant: Mutant, stories: Stories, lists: Mapping[str, CodeList]
) -> Iterator[tuple[Story, Story, tuple[Edit, ...]]]:
    """Where they began, who they became, and how: everybody with one change, those who are
    prompted first; then some with two changes."""
    prompted_first = sorted(stories, key=lambda story: story.expect != "prompt")
    near = {fact.name for fact in mutant.about}
    changes: list[tuple[Story, tuple[Edit, ...]]] = []
    for story in prompted_first:
        found = edits((rule, mutant.rule), story, lists)
        changes.append((story, tuple(sorted(found, key=lambda edit: not _beside(edit, near)))))
    for story, found in changes:
        for edit in found:
            made = edit.made(story)
            if made is not None:
                yield story, made, (edit,)
    yield from islice(_with_two_changes(changes, near), _MOST_PAIRS)


def _with_two_changes(
    changes: list[tuple[Story, tuple[Edit, ...]]], near: set[str]
) -> Iterator[tuple[Story, Story, tuple[Edit, ...]]]:
    """One person of each name; the first change is beside the slip."""
    seen: set[str] = set()
    for story, found in changes:
        if story.person.name in seen:
            continue
        seen.add(story.person.name)
        for first in found:
            once = first.made(story) if _beside(first, near) else None
            if once is None:
                continue
            for second in found:
                twice = second.made(once) if second is not first else None
                if twice is not None:
                    yield story, twice, (first, second)


def _beside(edit: Edit, near: set[str]) -> bool:
    """Whether a change is about the facts of a slip; or about answers, where that is about none."""
    return bool(near & {*edit.facts}) if near else not edit.facts


def _suggestion(
    mutant: Mutant,
    origin: Story,
    story: Story,
    made: tuple[Edit, ...],
    seen: tuple[_Seen, _Seen],
    lists: Mapping[str, CodeList],
) -> Suggestion:
    ours, other = seen
    name = story.person.name.replace("_", " ").capitalize() or "This person"
    person = ", ".join((name + _beginning(origin), *(edit.says for edit in made)))
    if ours.got != other.got:
        key, asks = "expect", f"What happens for {name}?"
        now, then = ours.got, other.got
    elif ours.offers != other.offers:
        key, asks = "offers", f"What does the card offer {name}?"
        now, then = (f"[{', '.join(each.offers)}]" for each in seen)
    else:
        key, asks = "summary_has", f"What does the card say about {name}?"
        now, then = (f'"{each.summary}"' for each in seen)
    choices = tuple(sorted((now, then)))
    text = test_text(story, person, key, choices, lists)
    return Suggestion(mutant, person, asks, choices, now, story, text)


def _beginning(story: Story) -> str:
    """The story that it began with, where that is not just the person as they stand."""
    written = story.person.written
    as_written = replace(story.person, name="", written=None) == written
    return "" if as_written and not story.unavailable else f' as in "{story.name}"'
