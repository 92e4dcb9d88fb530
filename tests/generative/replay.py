"""A practice over some weeks: invented people come, rules are asked, cards are met or not.

Everything is drawn from one seed. ``python -m tests.generative.replay`` prints what it came to.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from random import Random

from prompts.choose import choose
from prompts.history import History, Shown
from prompts.prompt import Prompt
from rules.engine import evaluate
from rules.record import Kind, PatientRecord, Reply, Said
from rules.rule import Practice, Rule
from tests.builders import a_person, a_record, entry, list_text, load_files, rule_text

START = date(2026, 9, 1)
DAYS, PEOPLE, RULES = 90, 1_000, 12
OFFERS = 8  # fewer than rules: some offer the same
# How many of a hundred people come how often in 90 days. Most are seen about six times a year; a
# few every other week.
VISITS: tuple[tuple[int, int], ...] = ((35, 0), (30, 1), (17, 2), (10, 3), (5, 5), (3, 8))
SELDOM = ((40, 0), (40, 1), (15, 2), (5, 3))  # four times a year
A_FEW_EACH_WEEK = ((60, 0), (20, 1), (10, 2), (10, 13))
MORE_OFTEN = ((25, 0), (25, 1), (20, 2), (15, 3), (9, 5), (6, 9))  # nine times a year
# How a card that is met at all is met, of a hundred.
MET = (
    (26, Reply.ACCEPTED),
    (18, Reply.DECLINED),
    (18, Reply.NOT_NOW),
    (15, Reply.ALREADY_DONE),
    (13, Reply.NOT_RIGHT),
    (10, Reply.NO_TIME),
)


@dataclass(slots=True)
class Somebody:
    """Somebody, the days on which they come, and what is remembered about them."""

    record: PatientRecord
    days: tuple[date, ...]
    history: History = field(default_factory=History)


@dataclass(slots=True)
class Count:
    """What came of it: how often somebody was looked at, and the cards that were shown."""

    looks: int = 0
    cards: int = 0
    # Of the cards: nothing on it was new to that person in these weeks, whoever had looked before.
    # Ancker 2017 counts "repeated alerts for the same patient in the same year", by clinician.
    repeats: int = 0
    held: int = 0

    @property
    def share(self) -> float:
        """Repeats of all cards shown, from 0 to 1."""
        return self.repeats / self.cards if self.cards else 0.0


@cache
def rules() -> tuple[Rule, ...]:
    """Twelve rules about twelve illnesses, with eight offers between them."""
    files: dict[str, str | bytes] = {}
    for number in range(RULES):
        illness, offer = f"illness-{number}", f"offer-{number % OFFERS}"
        files[f"value-sets/{illness}.yaml"] = list_text(illness, [illness])
        files[f"value-sets/{offer}.yaml"] = list_text(offer, [offer])
        files[f"rule-{number}.yaml"] = rule_text(
            id=f"rule-{number}",
            card=f"\nsummary: About {number}\nquestion: What about {number}?\nsource: s",
            exclude=None,
            facts=f"\nit: {{find: condition, codes: {illness}}}",
            when="it",
            offers=f"\n- record_offer: {{label: Offer, codes: {offer}}}",
            quiet=f"{{topic: topic-{number}}}",
            people=None,
            tests=None,
        )
    loaded = load_files(files)
    assert not loaded.stops, loaded.stops
    return loaded.library.rules


def _pick(draw: Random, table: Sequence[tuple[int, object]]) -> int:
    """Which line of a table of shares."""
    weights = [share for share, _ in table]
    return draw.choices(range(len(table)), weights)[0]


def _people(draw: Random, count: int, visits: tuple[tuple[int, int], ...]) -> Iterator[Somebody]:
    """Invented people, each with up to four of the twelve illnesses."""
    for number in range(count):
        has = draw.sample(range(RULES), draw.choice((0, 1, 1, 1, 2, 2, 3, 4)))
        lines = [entry(Kind.CONDITION, f"illness-{one}", date="2020-01-01") for one in has]
        record = a_record(*lines, person=replace(a_person(), id=f"person-{number}"))
        often = visits[_pick(draw, visits)][1]
        days = sorted({START + timedelta(days=draw.randrange(DAYS)) for _ in range(often)})
        yield Somebody(record, tuple(days))


AS_IT_COMES = Practice("A replay")


class Replay:
    """Some weeks of one practice. ``silent`` is the share of cards that nobody answers, 0 to 1.

    One that ``forgets`` asks as if nothing had ever been shown or said.
    """

    def __init__(
        self,
        practice: Practice,
        silent: float,
        *,
        forgets: bool = False,
        seed: int = 20260901,
        visits: tuple[tuple[int, int], ...] = VISITS,
    ) -> None:
        self.practice, self.silent, self.forgets = practice, silent, forgets
        self.draw, self.count, self.visits = Random(seed), Count(), visits

    def run(self, people: int) -> Count:
        """Let everybody come on their days."""
        for somebody in _people(Random(people), people, self.visits):
            for day in somebody.days:
                self._look(somebody, day)
        return self.count

    def _look(self, somebody: Somebody, day: date) -> None:
        known = somebody.history
        heard = History() if self.forgets else known
        outcomes = evaluate(rules(), somebody.record, heard.said, day)
        choice = choose(outcomes, heard, day, self.practice)
        self.count.looks += 1
        self.count.held += len(choice.held)
        before = {rule for card in known.shown for rule in card.rules}
        for prompt in choice.prompts:
            ids = tuple(rule.id for rule in prompt.rules)
            self.count.cards += 1
            self.count.repeats += before.issuperset(ids)
            topics = tuple(rule.quiet.topic for rule in prompt.rules)
            known = replace(known, shown=(*known.shown, Shown(day, ids, topics, prompt.offers)))
            if self.draw.random() >= self.silent:
                reply = MET[_pick(self.draw, MET)][1]
                known = _answered(known, prompt, reply, day)
        somebody.history = known


def _answered(history: History, prompt: Prompt, reply: Reply, day: date) -> History:
    """A card that was met: an offer taken answers for its rules, all else for the whole card."""
    taken = reply is Reply.ACCEPTED
    about = prompt.proposals[0].rules if taken else prompt.rules
    offers = prompt.proposals[0].offers if taken else prompt.offers
    said = tuple(Said(rule.quiet.topic, reply, day, offers=offers) for rule in about)
    return replace(history, said=history.said + said)


def report(people: int) -> Iterator[str]:
    """One line for each practice and each share of cards that nobody answers."""
    for silent in (0.2, 0.5, 0.7):
        for name, visits, forgets in (
            ("without a memory", VISITS, True),
            ("with the defaults", VISITS, False),
            ("seen four times a year", SELDOM, False),
            ("some seen each week", A_FEW_EACH_WEEK, False),
            ("seen nine times a year", MORE_OFTEN, False),
        ):
            came = Replay(AS_IT_COMES, silent, forgets=forgets, visits=visits).run(people)
            yield (
                f"{silent:.0%} unanswered, {name}: {came.looks} looks, {came.cards} cards,"
                f" {came.repeats} of them with nothing new ({came.share:.1%})"
            )


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in report(PEOPLE))
