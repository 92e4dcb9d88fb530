"""A slip that no story noticed, turned into a question: somebody for whom it would matter.

It is never turned into an expectation. What is right for that person is for people to say.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice

from prompts.nearby import Edit, edits
from prompts.stories import came_of
from prompts.writing import test_text
from rules.codes import CodeList
from rules.engine import evaluate
from rules.mutants import Mutant
from rules.outcome import Decision, Outcome
from rules.people import Stories, Story, record_of
from rules.record import Said
from rules.rule import Rule

# Two changes at once are tried this often at most: it is about a second.
_MOST_PAIRS = 2_000


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
    NO_STORY = "there is no story to begin from"


@dataclass(frozen=True, slots=True)
class _Somebody:
    """Where they began, who they became, and how."""

    origin: Story
    story: Story
    made: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What stories look at; and ``behind`` it what they do not."""

    got: str
    offers: tuple[str, ...]
    summary: str
    behind: tuple[object, ...]


def suggest(
    rule: Rule,
    slips: Sequence[Mutant],
    stories: Stories,
    lists: Mapping[str, CodeList],
    in_turn: Callable[[Sequence[Story]], Iterable[Story]] = iter,
) -> tuple[Suggestion | Alike, ...]:
    """For each mutant somebody for whom it differs from its rule, as near to a story as can be.

    ``in_turn`` is handed the stories and gives them back one by one: whoever waits may look on.
    """
    search = _Search(rule, slips, lists)
    # Those who are prompted first, and among them people as they stand. Whoever is left in peace
    # shows nothing that they would not show without their answer.
    awake = [story for story in stories if story.expect != "quiet"] or stories
    begun = sorted(awake, key=lambda story: (story.expect != "prompt", bool(_beginning(story))))
    for story in in_turn(begun):
        if search.left():
            search.ask(_with_one_change(rule, story, lists))
    people = {story.person.name: story for story in reversed(begun)}
    for story in in_turn(tuple(people.values())):
        search.nothing_better()
        near = [{fact.name for fact in slip.about} for slip in search.slips]
        if near:
            pairs = _with_two_changes(rule, story, near, lists)
            search.ask(islice(pairs, _MOST_PAIRS // len(people)))
    nobody = Alike.NOBODY if stories else Alike.NO_STORY
    return tuple(search.suggestions.get(slip, search.alike.get(slip, nobody)) for slip in slips)


class _Search:
    """Which mutants are still looked for, and who was found for the others."""

    def __init__(self, rule: Rule, slips: Sequence[Mutant], lists: Mapping[str, CodeList]) -> None:
        self.rule = rule
        self.lists = lists
        self.slips = list(slips)
        self.suggestions: dict[Mutant, Suggestion] = {}
        self.alike: dict[Mutant, Alike] = {}

    def left(self) -> bool:
        """Whether anybody is still looked for."""
        return bool(self.slips)

    def nothing_better(self) -> None:
        """Look on only for mutants about which nothing was found at all."""
        found = self.suggestions.keys() | self.alike.keys()
        self.slips = [slip for slip in self.slips if slip not in found]

    def ask(self, people: Iterable[_Somebody]) -> None:
        """Ask rule and mutants about people until all mutants have told themselves apart."""
        for somebody in people:
            if not self.slips:
                return
            story = somebody.story
            record, said = record_of(story)
            # Asked together, they share what is looked up for facts that they have in common.
            asked = (self.rule, *(slip.rule for slip in self.slips))
            ours, *others = evaluate(asked, record, said, story.today)
            seen: _Seen | None = None
            for slip, other in zip(tuple(self.slips), others, strict=True):
                if other.decision is not ours.decision or ours.decision is Decision.PROMPT:
                    seen = seen or _seen(ours, said)
                    self._compare(slip, somebody, seen, _seen(other, said))

    def _compare(self, slip: Mutant, somebody: _Somebody, ours: _Seen, other: _Seen) -> None:
        near = {fact.name for fact in slip.about}
        nearest = any(_beside(edit, near) for edit in somebody.made)
        if (ours.got, ours.offers, ours.summary) != (other.got, other.offers, other.summary):
            if nearest or slip not in self.suggestions:
                self.suggestions[slip] = _suggestion(slip, somebody, (ours, other), self.lists)
            if nearest:
                self.slips.remove(slip)
        elif ours != other:
            self.alike[slip] = Alike.BEHIND


def _seen(outcome: Outcome, said: tuple[Said, ...]) -> _Seen:
    came = came_of(outcome, said)
    prompt = came.prompt
    behind = () if prompt is None else (
        prompt.detail,
        *((p.label, p.letter, tuple(map(id, p.results))) for p in prompt.proposals),
    )  # fmt: skip
    summary = "" if prompt is None else prompt.summary
    return _Seen(came.got, tuple(map(str, came.offers)), summary, behind)


def _with_one_change(
    rule: Rule, story: Story, lists: Mapping[str, CodeList]
) -> Iterator[_Somebody]:
    for edit in edits(rule, story, lists):
        made = edit.made(story)
        if made is not None:
            yield _Somebody(story, made, (edit,))


def _with_two_changes(
    rule: Rule, story: Story, near: list[set[str]], lists: Mapping[str, CodeList]
) -> Iterator[_Somebody]:
    """The first change is beside some slip."""
    found = edits(rule, story, lists)
    for first in found:
        once = first.made(story) if any(_beside(first, each) for each in near) else None
        if once is None:
            continue
        for second in found:
            twice = second.made(once) if second is not first else None
            if twice is not None:
                yield _Somebody(story, twice, (first, second))


def _beside(edit: Edit, near: set[str]) -> bool:
    """Whether a change is about the facts of a slip; or about answers, where that is about none."""
    return bool(near & {*edit.facts}) if near else not edit.facts


def _suggestion(
    mutant: Mutant,
    somebody: _Somebody,
    seen: tuple[_Seen, _Seen],
    lists: Mapping[str, CodeList],
) -> Suggestion:
    ours, other = seen
    story = somebody.story
    name = story.person.name.replace("_", " ").capitalize() or "This person"
    person = ", ".join((name + _beginning(somebody.origin), *(edit.says for edit in somebody.made)))
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
