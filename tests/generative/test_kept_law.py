"""A no is never forgotten: not by restarting, restoring, erasing, renaming or re-versioning.

Lives over a real store, with real cards: what may not be shown is worked out here anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from cds_hooks import cards, grounds
from cds_hooks.store.answers import Answers, Met
from cds_hooks.store.backups import backup
from cds_hooks.store.kept import chosen_by
from cds_hooks.store.opening import Place
from cds_hooks.store.people import erase
from cds_hooks.store.restoring import restore
from prompts.choose import choose
from prompts.prompt import Prompt
from rules.days import Duration
from rules.engine import evaluate
from rules.record import Reply
from rules.rule import Practice, Rule
from tests.generative.test_manners_law import ALL, RECORD
from tests.postgresql import Server
from tests.stores import postgresql

__all__ = ["postgresql"]

SOAKING = settings().max_examples > 1_000
LIVES = settings(max_examples=5_000 if SOAKING else 40, deadline=None)
FEW = settings(max_examples=200 if SOAKING else 5, deadline=None)
A_YEAR = Duration(12, "month")
ANN = "ann"


@dataclass(frozen=True)
class Act:
    """So many days later: something befalls the store, somebody looks, and the card is met."""

    gap: int
    befalls: str
    most: int
    met: str  # a reason to close the card, "press" for the button, "" for no answer
    then: str  # and a while after that, another answer to the same card


ACTS = st.lists(
    st.builds(
        Act,
        st.sampled_from([0, 1, 8, 30, 31, 92, 100, 184, 366]),
        st.sampled_from(["", "", "", "restart", "back up", "restore", "erase", "rename"]),
        st.sampled_from([1, 1, 2, 3]),
        st.sampled_from([
            "press", "press", "patient-refuses", "ask-again-in-3-months", "ask-again-in-6-months",
            "do-not-ask-again", "", "limited-time", "service-not-available", "ask-again-in-4-weeks",
        ]),
        st.sampled_from([
            "", "", "limited-time", "patient-refuses", "do-not-ask-again", "ask-again-in-4-weeks",
        ]),
    ),
    min_size=2,
    max_size=10,
)  # fmt: skip


@dataclass(frozen=True)
class No:
    """Somebody said no to these, and until when it holds."""

    topics: frozenset[str]
    offers: frozenset[str]
    until: date


class Surgery:
    """A store that things befall, and a person who comes again."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.place, self.folder = place, folder
        self.store = Answers(place, lasting=False)
        self.today, self.number = date(2024, 1, 1), 0
        self.backups: list[Path] = []
        self.renamed = 0

    @property
    def now(self) -> datetime:
        """Noon, and a second later each time that it is asked."""
        self.number += 1
        return datetime.combine(self.today, time(12), UTC) + timedelta(seconds=self.number)

    def befall(self, what: str) -> None:
        """Let something befall the store."""
        if what == "rename":
            self.renamed += 1
        if what in ("restart", "restore"):
            self.store.close()
        if what == "restore" and self.backups:
            restore(self.place, self.backups[self.number % len(self.backups)], self.now)
        if what in ("restart", "restore"):
            self.store = Answers(self.place, lasting=False)
        if what == "back up":
            self.backups.append(backup(self.place, self.folder, self.now))
        if what == "erase":
            erase(self.place, ANN, self.today)

    def rules(self) -> tuple[Rule, ...]:
        """Every rule, as often renamed as it was: by its name, its topic and its version."""
        return tuple(_renamed(rule, self.renamed) for rule in ALL)

    def look(self, most: int) -> Iterator[tuple[Prompt, str, str]]:
        """What is shown, with the name of each card and of the button that says no."""
        with self.store.about(ANN) as known:
            history = known.history(None, self.today)
            outcomes = evaluate(self.rules(), RECORD, history.said, self.today)
            practice = Practice("A test", most_cards_at_once=most)
            choice = choose(outcomes, history, self.today, practice)
            shown: list[tuple[Prompt, str, str]] = []
            for prompt in choice.prompts:
                sent = cards.card(prompt, ANN, self.today)
                rests = grounds.of(prompt, outcomes)
                known.issue(cards.issued(sent, prompt, rests, ANN, "view", str(uuid4()), self.now))
                shown.append((prompt, str(sent.uuid), str(sent.suggestions[-1].uuid)))
        yield from shown

    def meet(self, card: str, button: str, how: str) -> date | None:
        """Meet a card; for a no, the day until which it holds."""
        if how == "press":
            met = Met(card, self.now, suggestion=button)
        else:
            ours = cards.CHOSEN.get(how) or cards.REASONS.get(how)
            reply = ours[1] if ours else cards.ALSO[how]
            met = Met(card, self.now, closed=reply, reason=how)
        assert self.store.hear([met], self.now) == 1
        if how != "press" and met.closed is not Reply.DECLINED:
            return None
        return chosen_by(met.reason, self.today) or A_YEAR.after(self.today)


def _renamed(rule: Rule, times: int) -> Rule:
    former = (rule.quiet.topic, *(f"{rule.quiet.topic}-{n}" for n in range(1, times)))
    if not times:
        return rule
    quiet = replace(rule.quiet, topic=f"{rule.quiet.topic}-{times}", also_known_as=former)
    return replace(rule, id=f"{rule.id}-{times}", version=times + 1, quiet=quiet)


def _topics(prompt: Prompt) -> frozenset[str]:
    return frozenset(rule.quiet.topic.partition("-")[0] for rule in prompt.rules)


def live(surgery: Surgery, acts: list[Act]) -> None:
    """One life, in which nothing is shown that somebody said no to."""
    noes: list[No] = []
    for act in acts:
        surgery.today += timedelta(days=act.gap)
        surgery.befall(act.befalls)
        for place, (prompt, card, button) in enumerate(surgery.look(act.most)):
            topics, offers = _topics(prompt), frozenset(prompt.offers)
            for no in noes:
                if surgery.today < no.until:
                    assert not topics & no.topics, (act, prompt.summary, no)
                    assert not offers & no.offers, (act, prompt.summary, no)
            if place or not act.met:
                continue
            said = [(how, surgery.meet(card, button, how)) for how in (act.met, act.then) if how]
            days = [day for _, day in said if day is not None]
            # Of noes of one day a day that was chosen stands, and the latest of several.
            chosen = [day for how, day in said if day is not None and how in cards.CHOSEN]
            if days:
                noes.append(No(topics, offers, max(chosen or days)))
    surgery.store.close()


@LIVES
@given(acts=ACTS)
def test_whatever_befalls_the_store_a_no_holds_until_its_day(acts: list[Act]) -> None:
    with TemporaryDirectory() as folder:
        live(Surgery(Place(Path(folder) / "store"), Path(folder) / "backups"), acts)


@FEW
@given(acts=ACTS)
def test_it_is_the_same_in_a_database_of_a_server(postgresql: Server, acts: list[Act]) -> None:
    with TemporaryDirectory() as folder:
        url = postgresql.new_database()
        live(Surgery(Place(Path(folder) / "store", url), Path(folder) / "backups"), acts)
