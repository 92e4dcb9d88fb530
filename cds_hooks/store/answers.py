"""Cards issued and answers given, as the history that rules and restraint read."""

from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from time import monotonic

import msgspec
from sqlalchemy import Connection, insert, select, text

from cds_hooks.clock import half_day, practice_day
from cds_hooks.store import counting, pauses
from cds_hooks.store.cases import Cases, sweep
from cds_hooks.store.coding import Coding
from cds_hooks.store.counting import NOT_AVAILABLE, SHOWN, Event
from cds_hooks.store.hearing import forget_comments, hear_one
from cds_hooks.store.kept import Again, Button, Issued, Met, Used, kept_as
from cds_hooks.store.keys import Key, read_key
from cds_hooks.store.mutes import Mutes
from cds_hooks.store.opening import Database, Place, open_store
from cds_hooks.store.outliving import forget_old_cards
from cds_hooks.store.pauses import Pause
from cds_hooks.store.quick import Quick
from cds_hooks.store.remembering import history_of, issued_of
from cds_hooks.store.sittings import Sitting, Sittings
from cds_hooks.store.tables import StoreError, answers, cards, grounds, unknown_cards
from cds_hooks.store.tables import about as known_of_itself
from cds_hooks.store.thumbs import Said, forget_thumbs
from prompts.history import History

__all__ = ["Again", "Answers", "Button", "Issued", "Known", "Met", "Place", "Used", "kept_as"]

_LOOK = select(cards.c.card, answers.c.id).join(answers, isouter=True).limit(1)
_ISSUE = Quick(insert(cards))
_GROUNDS = Quick(insert(grounds))
_JSON = msgspec.json.Encoder()
_KEPT_UNKNOWN = timedelta(days=90)
_KNOWN_FOR = 60.0  # seconds
_FINGERPRINT = select(known_of_itself.c.value).where(known_of_itself.c.name == "key")


class Answers:
    """The store of one practice. Every call is short and blocks: keep it off the event loop."""

    def __init__(self, place: Path | Place, *, lasting: bool = True) -> None:
        """Open or make the store; what does not last may be lost with the power. StoreError."""
        where = place if isinstance(place, Place) else Place(place)
        self._database = open_store(where, lasting=lasting)
        try:
            self._key = key_of(self._database, where)
        except StoreError:
            self._database.close()
            raise
        self._where, self._opening = where, Lock()
        self._sittings: Sittings | None = None
        self._mutes: Mutes | None = None
        self._swept = date.min
        self._full: tuple[date, float, Mapping[str, date]] | None = None

    @property
    def key(self) -> Key:
        """The key of this store, and of all that is closed or sealed beside it."""
        return self._key

    def close(self) -> None:
        """Let go of the file or the database."""
        self._database.close()
        for beside in (self._sittings, self._mutes):
            if beside is not None:
                beside.close()

    def pauses(self) -> tuple[Pause, ...]:
        """What was paused by hand. Raises StoreError."""
        with self._database.reading() as connection:
            return pauses.pauses_in(connection)

    def pause(self, one: Pause) -> None:
        """Pause something, for every process over this store. Raises StoreError."""
        with self._database.writing() as connection:
            pauses.pause(connection, one)

    def resume(self, what: str) -> bool:
        """Whether it was paused; it is no more. Raises StoreError."""
        with self._database.writing() as connection:
            return pauses.resume(connection, what)

    def taken_back(self) -> tuple[tuple[str, datetime], ...]:
        """The rules that a person took out of shadow, and when. Raises StoreError."""
        with self._database.reading() as connection:
            return pauses.taken_back(connection)

    def take_back(self, rule: str, now: datetime) -> bool:
        """Whether a rule had put itself in shadow; it is in it no more. Raises StoreError."""
        with self._database.writing() as connection:
            return pauses.take_back(connection, rule, now)

    def say_in_force(self, practice: str, rules: Iterable[str], now: datetime) -> None:
        """Write down which rules a service asks over this store. Raises StoreError."""
        with self._database.writing() as connection:
            pauses.say_in_force(connection, practice, rules, now)

    def in_force(self) -> frozenset[str]:
        """The rules and practices that can be paused, as they would be. Raises StoreError."""
        with self._database.reading() as connection:
            return pauses.in_force(connection)

    def practices(self, now: datetime) -> frozenset[str]:
        """The practices that are served over this store. Raises StoreError."""
        with self._database.reading() as connection:
            return pauses.practices_in(connection, now)

    def look(self) -> None:
        """See whether the store can be used. Raises StoreError."""
        with self._database.reading() as connection:
            connection.execute(_LOOK).first()

    def issued(self, card: str) -> Issued | None:
        """A card that was issued, by its name; its buttons are not read. Raises StoreError."""
        with self._database.reading() as connection:
            return issued_of(connection, card.lower())

    def clients(self) -> frozenset[str]:
        """Whose people cards were issued for, by client; "" for those of an only one."""
        with self._database.reading() as connection:
            people = connection.scalars(select(cards.c.person).distinct())
            return frozenset(str(one).rpartition(":")[0] for one in people)

    def history(self, person: str, asking: Again | None = None) -> History:
        """What was shown to a person and what they said, to read it only. Raises StoreError."""
        with self._database.reading() as connection:
            return history_of(connection, person, self._key.hidden(person), asking)

    @contextmanager
    def about(self, person: str) -> Generator["Known"]:
        """Decide about one person, in one transaction, while nobody else decides about them.

        What was issued is on the disk when the block ends, and not before: an answer leaves after
        it. Two who ask about one person at once decide one after the other. Raises StoreError.
        """
        with self._database.writing() as connection:
            self._database.alone_with(connection, person)
            known = Known(connection, self._key, person, partial(self._full_on, connection))
            yield known
            # At the end and in one order: whoever decides about somebody else waits for no more.
            counting.add(connection, known.events)

    def sitting(self, who: str, now: datetime) -> AbstractContextManager[Sitting]:
        """What whoever looks was shown within 4 hours; "" for nobody who is known. StoreError.

        To be asked for inside ``about``, never the other way round, or two could wait for another.
        """
        return self._lately().of(who, now) if who else nullcontext(Sitting())

    def session(self, who: str, now: datetime) -> str:
        """A text of its own for whoever looks and the half day; "" for nobody who is known.

        There is no way back from it without the key, and it is kept nowhere.
        """
        return self._key.hidden_for("a session", f"{half_day(now)} {who}") if who else ""

    def forget_sittings(self, now: datetime) -> None:
        """Let go of what whoever looked was shown, where it counts no more. Raises StoreError."""
        self._lately().forget(now)

    def mutes(self) -> Mutes:
        """Who asked not to be shown which rule: a store of its own. Raises StoreError."""
        with self._opening:
            if self._mutes is None:
                self._database.check_is_there()
                self._mutes = Mutes(self._where, self._key)
            return self._mutes

    @property
    def said(self) -> Said:
        """What was said of rules on the pages of cards, and replied."""
        return Said(self._database, self._key)

    def cases(self) -> Cases:
        """Whoever waits to be judged before a rule goes live."""
        return Cases(self._database)

    def coding(self) -> Coding:
        """What was said to be done already and has no code on the record."""
        return Coding(self._database)

    def forget_mutes(self, today: date) -> None:
        """Let go of every mute that is over. Raises StoreError."""
        self.mutes().forget(today)

    def _lately(self) -> Sittings:
        """Opened when it is first needed: a command that looks at the store needs none."""
        with self._opening:
            if self._sittings is None:
                self._database.check_is_there()
                self._sittings = Sittings(self._where, self._key)
            return self._sittings

    def issue(self, issued: Issued) -> None:
        """Keep a card before it is sent, whatever was shown before. Raises StoreError."""
        with self.about(issued.person) as known:
            known.issue(issued)

    def hear(self, heard: Sequence[Met], now: datetime, realm: str = "") -> int:
        """Keep a batch of answers, whole or not at all; how many were to a card of that realm.

        The same answer sent twice is kept once. Raises StoreError.
        """
        # Card by card, in one order: of two batches over the same cards none waits for the other's.
        in_order = sorted(heard, key=lambda met: met.card.lower())
        today = practice_day(now)
        with self._database.writing() as connection:
            self._sweep(connection, today)
            known = [hear_one(connection, self._key, met, now, realm) for met in in_order]
            counting.add(connection, (event for events in known for event in events or ()))
        self._swept = today
        if any(met.reason == NOT_AVAILABLE for met in heard):
            self._full = None
        return sum(events is not None for events in known)

    def count(self, events: Iterable[Event]) -> None:
        """Count what is no card and no answer, such as what was held; a Counter too. StoreError."""
        with self._database.writing() as connection:
            counting.add(connection, events)

    def counted(self, first: date, last: date) -> Mapping[Event, int]:
        """The funnel between two days, both included. Raises StoreError."""
        with self._database.reading() as connection:
            return counting.counted(connection, first, last)

    def counted_of(
        self, rules: Collection[str], outcomes: Collection[str], first: date, last: date
    ) -> Mapping[Event, int]:
        """The same of the cards of some rules, and of these outcomes alone. Raises StoreError."""
        with self._database.reading() as connection:
            return counting.counted_of(connection, rules, outcomes, first, last)

    def first_of(self, rules: Collection[str], outcome: str) -> Mapping[str, date]:
        """When an outcome of each rule was counted first, where it ever was. Raises StoreError."""
        with self._database.reading() as connection:
            return counting.first_of(connection, rules, outcome)

    def resting(self, today: date) -> Mapping[str, date]:
        """The keys of the offers that nobody can have today, each with when that was last said."""
        with self._database.reading() as connection:
            return counting.full(connection, today)

    def let_go(self, today: date) -> int:
        """Let go of what has been kept for long enough; how many comments these were. StoreError.

        Done by itself with the first answer of each day; a service does it by the clock.
        """
        if self._swept == today:
            return 0
        with self._database.writing() as connection:
            gone = self._sweep(connection, today)
        self._swept = today  # once it is done: what was rolled back is tried again
        return gone

    def _full_on(self, connection: Connection, today: date) -> Mapping[str, date]:
        """The offers that rest; what other workers heard is known within a minute."""
        known = self._full
        if known is None or known[0] != today or monotonic() - known[1] > _KNOWN_FOR:
            known = self._full = today, monotonic(), counting.full(connection, today)
        return known[2]

    def _sweep(self, connection: Connection, today: date) -> int:
        if self._swept == today:
            return 0
        oldest = (today - _KEPT_UNKNOWN).isoformat()
        connection.execute(unknown_cards.delete().where(unknown_cards.c.last_on < oldest))
        forget_old_cards(connection, today.isoformat())
        forget_thumbs(connection, today)
        sweep(connection, today)
        return forget_comments(connection, today.isoformat())


class Known:
    """What is known of one person while it is decided about them. Made by ``Answers.about``."""

    def __init__(
        self,
        connection: Connection,
        key: Key,
        person: str,
        full_on: Callable[[date], Mapping[str, date]],
    ) -> None:
        self._connection, self._key, self._person = connection, key, person
        self._full_on = full_on
        self.events: list[Event] = []  # to be counted with it

    def history(self, asking: Again | None, today: date) -> History:
        """What was shown to this person and what they said, and what is full today."""
        hidden = self._key.hidden(self._person)
        known = history_of(self._connection, self._person, hidden, asking)
        return replace(known, capacity=self._full_on(today))

    def issue(self, issued: Issued) -> None:
        """Keep a card, what it rests on, and that it was shown."""
        if issued.person != self._person:
            raise ValueError("A card is kept for the person who is decided about.")
        day = practice_day(issued.shown_at)
        _ISSUE.on(
            self._connection,
            {
                "card": issued.card,
                "person": issued.person,
                "service": issued.service,
                "hook_instance": issued.hook_instance,
                "rules": " ".join(issued.rules),
                "topics": " ".join(issued.topics),
                "buttons": _written(
                    {b.suggestion: [b.reply, " ".join(b.topics)] for b in issued.buttons}
                ),
                "shown_on": day.isoformat(),
                "shown_at": issued.shown_at.isoformat(),
            },
        )
        _GROUNDS.on(self._connection, _grounds(issued))
        self.events += _shown(issued, day)


def _grounds(issued: Issued) -> dict[str, str]:
    facts = [
        [used.fact, used.answer, used.codes, [day.isoformat() for day in used.days]]
        for used in issued.facts
    ]
    buttons = {
        b.suggestion: [b.rules, b.offers, b.ask_again.isoformat() if b.ask_again else ""]
        for b in issued.buttons
        if b.rules or b.offers or b.ask_again
    }
    return {
        "card": issued.card,
        "value_sets": _written(dict(issued.value_sets)),
        "facts": _written(facts),
        "steps": _written(issued.steps),
        "buttons": _written(buttons),
    }


def _shown(issued: Issued, day: date) -> Iterable[Event]:
    every = [rule.partition("|")[0] for rule in issued.rules]
    events = dict.fromkeys((rule, "") for rule in every)
    for button in issued.buttons:
        for offer in button.offers:
            for rule in button.rules or every:
                events[rule, offer] = None
    return [Event(day, rule, offer, SHOWN) for rule, offer in events]


def _written(value: object) -> str:
    """JSON, several times as fast as Python's own."""
    return _JSON.encode(value).decode()


def key_of(database: Database, place: Place) -> Key:
    """The key of a store; a store that had another one is not opened. Raises StoreError."""
    with database.reading() as connection:
        known = fingerprint_in(connection)
    if known is None:
        with database.writing() as connection:
            return key_noted(connection, place)
    return checked_key(known, place)


def fingerprint_in(connection: Connection) -> str | None:
    """The fingerprint of the key that a store was made with; None where it has none yet."""
    known: str | None = connection.execute(_FINGERPRINT).scalar()
    return known


def key_noted(connection: Connection, place: Place) -> Key:
    """The key of a store in a transaction that writes: made, and noted, where there is none."""
    key = read_key(place.folder, place.key, make=True)
    connection.execute(_NOTE_KEY, {"value": key.fingerprint})
    return checked_key(fingerprint_in(connection), place)


def checked_key(fingerprint: str | None, place: Place) -> Key:
    """The key in a place, where it has this fingerprint. Raises StoreError."""
    key = read_key(place.folder, place.key, make=False)
    if fingerprint != key.fingerprint:
        raise StoreError(
            f"The store in {place.named} was made with another key than the one that is there now."
            " Put its own key back: a no that was said may not be found without it."
        )
    return key


_NOTE_KEY = text("INSERT INTO about (name, value) VALUES ('key', :value) ON CONFLICT DO NOTHING")
