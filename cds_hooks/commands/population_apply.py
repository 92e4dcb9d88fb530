"""``goodday population tag --to FOLDER --apply FINGERPRINT``: a night that a person looked through.

Without ``--apply`` it says what would be sent, and sends nothing. With it whoever presses says
which night they looked through, by its fingerprint, and who they are. That is their promise, and is
kept beside the night; it is no lock. The fingerprint stands in ``today.txt``, where a program could
read it: what it does keep out is another night than the one that was looked through.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from cds_hooks import clock
from cds_hooks.clients.listed import ClientsError, read_list
from cds_hooks.clients.reminders import Reminders
from cds_hooks.clients.signing_in import signed_in
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.asked import Named
from cds_hooks.commands.heard import answers_of, of_others, with_pauses
from cds_hooks.commands.night_folder import CannotUse, alone_in
from cds_hooks.commands.writing import for_owner
from cds_hooks.population import journal, tag_files
from cds_hooks.population.applying import Applying, Stopped
from cds_hooks.population.journal import DONE, FOR_A_PERSON, Came, Journal, JournalError
from cds_hooks.population.known import said_since
from cds_hooks.population.looked_through import (
    GOOD_FOR,
    LEAVE_OUT,
    FolderError,
    Found,
    Night,
    Sorted,
    not_in,
    read_night,
    sorted_out,
    struck_out,
)
from cds_hooks.settings import SettingsError, from_environment
from cds_hooks.store.answers import Answers
from cds_hooks.store.tables import StoreError
from fhir_adapters.reminders import Change
from fhir_adapters.sending import Line, NoSignIn, no_token
from rules.days import in_words
from rules.load import load_library
from rules.rule import Library

Look = Callable[[Iterable[Found]], Sorted]


class Wanted(NamedTuple):
    """What was asked for."""

    to: Path
    apply: str = ""  # the fingerprint; "": nothing is sent
    by: str = ""
    clients: Path | None = None
    rules: Path | None = None
    store: Named | None = None  # None: nobody has ever been asked anything here
    data: Path | None = None
    today: date | None = None


def apply(wanted: Wanted) -> int:
    """Say what would be sent, and with a fingerprint send it."""
    loaded = load_library(wanted.rules)
    if say.stopped(loaded):
        return COULD_NOT_RUN
    answers: Answers | None = None
    try:
        night = read_night(wanted.to)
        where = _where(wanted, night)
        answers = answers_of(wanted.store)
        return _looked_through(wanted, night, where, loaded.usable(), answers)
    except (FolderError, ClientsError, SettingsError, StoreError) as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    finally:
        if answers is not None:
            answers.close()


def _looked_through(
    wanted: Wanted, night: Night, where: Reminders, library: Library, answers: Answers | None
) -> int:
    """Raises FolderError and StoreError."""
    today = wanted.today or clock.practice_day(clock.now())
    _check(wanted, night, today)
    _check_store(night, answers)

    def look(some: Iterable[Found]) -> Sorted:
        """Which may be sent at this moment. Raises FolderError and StoreError."""
        paused, struck = with_pauses(library, answers), struck_out(wanted.to)
        since = partial(said_since, answers, then=night.knew)
        return sorted_out(some, night, paused, since, struck, today)

    found = look(night.found)
    _say_what(night, found, where)
    for name in not_in(night, struck_out(wanted.to)):
        say.line(f'{LEAVE_OUT} names "{name}", which is nobody and nothing of this night.')
    if not wanted.apply:
        say.line("Nothing was sent. After looking through it, a person sends it with")
        say.line(f'  --apply {night.fingerprint} --by "their name"')
        return FINE
    try:
        with alone_in(wanted.to):
            return _send(wanted, night, found, where, look)
    except (CannotUse, JournalError, OSError) as error:
        return say.could_not(error, wanted.to)


def _where(wanted: Wanted, night: Night) -> Reminders:
    """The server that this night's people are at. Raises ClientsError and SettingsError."""
    path = from_environment(clients=wanted.clients).clients
    if path is None:
        raise SettingsError("Which server it goes to stands in clients.toml: name it: --clients.")
    listed = {client.name: client for client in read_list(path).clients}
    if night.knew.client not in listed:
        named = f'client "{night.knew.client}"' if night.knew.client else "no client"
        raise SettingsError(
            f"This night was made for {named}, and {path} does not have it. Make it anew with"
            " --client and a name from there."
        )
    found = listed[night.knew.client].reminders
    if found is None:
        raise SettingsError(
            f'{path} gives no leave to write: client "{night.knew.client}" has no table'
            " [client.reminders] there."
        )
    return found


def _check(wanted: Wanted, night: Night, today: date) -> None:
    """Whether it is this night that a person looked through. Raises FolderError."""
    if not wanted.apply:
        return
    if wanted.apply != night.fingerprint:
        raise FolderError(
            f"{wanted.to} has another night than {wanted.apply}: look through it, and give the"
            " fingerprint that stands in its today.txt."
        )
    if not wanted.by.strip():
        raise FolderError('Say who sends it: --by "your name". It is kept beside the night.')
    if not 0 <= (today - night.today).days <= GOOD_FOR:
        raise FolderError(
            f"This night is of {in_words(night.today)}, and records change: it is good for"
            f" {GOOD_FOR} days. Make it anew with goodday population tag."
        )


def _check_store(night: Night, answers: Answers | None) -> None:
    """Whether what was said can be told from this store. Raises FolderError and StoreError."""
    if answers is None:
        if night.knew.store:
            raise FolderError(
                "This night was made with what people had said before: name that store with"
                " --data or --store, or a no that was said since would be forgotten."
            )
        return
    if others := of_others(answers, night.knew.client):
        raise FolderError(others)
    if night.knew.store not in ("", answers.key.fingerprint):
        raise FolderError(
            "This night was made with another store of what people said: name that one with"
            " --data or --store, or make the night anew."
        )


def _say_what(night: Night, found: Sorted, where: Reminders) -> None:
    add = sum(1 for one in found.to_send if one.change.name)
    say.line(
        f"The night of {in_words(night.today)}: {say.count(add, 'reminder')} to add and"
        f" {len(found.to_send) - add} to end at {_base(where)}."
    )
    for text in _left_out(Counter(why for _, why in found.left_out)):
        say.line(f"  {text}")


def _base(where: Reminders) -> str:
    return Line(where.server, no_token, 1.0).base.text


def _send(wanted: Wanted, night: Night, found: Sorted, where: Reminders, look: Look) -> int:
    path = from_environment(data=wanted.data).data / f"reminders-{night.knew.client}.journal"
    stopped = ""
    late: dict[str, str] = {}  # why, of each that is left out once others were sent

    def may(changes: Sequence[Change]) -> list[Change]:
        """Looked at anew for each transaction. Raises Stopped."""
        keys = {one.key for one in changes}
        try:
            again = look(one for one in found.to_send if one.change.key in keys)
        except (FolderError, StoreError) as error:
            raise Stopped(str(error)) from None
        late.update((one.change.key, why) for one, why in again.left_out)
        return [one.change for one in again.to_send]

    with journal.opened(path, _base(where)) as kept:
        _note(wanted, night, [f"Sent by {' '.join(wanted.by.split())}, {_moment()}."])
        before = sum(1 for one in found.to_send if _is_done(kept, night, one))
        try:
            asyncio.run(_sent(night, found, where, kept, may))
        except Stopped as error:
            stopped = f"{error} The same command goes on from here."
        came = [(one, _came(kept, one)) for one in found.to_send if one.change.key not in late]
    left_out = Counter([*(why for _, why in found.left_out), *late.values()])
    lines = _summary(Counter(one for _, one in came), before, left_out)
    by_hand = [
        (one.person, one.change.reference, one.where, FOR_A_PERSON[what])
        for one, what in came
        if what in FOR_A_PERSON
    ]
    _note(wanted, night, [f"Until {_moment()}:", *lines, *filter(None, [stopped])])
    listed = wanted.to / f"by-hand-{night.fingerprint}.csv"
    with for_owner(listed) as file:
        file.write(tag_files.by_hand(by_hand).encode())
    for text in lines:
        say.line(text)
    if by_hand:
        say.line(f"They are listed in {listed}.")
    if stopped:
        say.sorry(stopped)
        return COULD_NOT_RUN
    return PROBLEMS if by_hand else FINE


async def _sent(
    night: Night,
    found: Sorted,
    where: Reminders,
    kept: Journal,
    may: Callable[[Sequence[Change]], Sequence[Change]],
) -> None:
    within, mark = float(where.within), night.fingerprint
    try:
        async with (
            signed_in(where.server, where.sign_in, within) as token,
            Line(where.server, token, within) as line,
        ):
            applying = Applying(line, kept, mark, where.settle, clock.now, say.line, may)
            await applying.send_all([one.change for one in found.to_send])
    except NoSignIn as error:
        raise Stopped(str(error)) from None


def _came(kept: Journal, one: Found) -> Came:
    row = kept.rows.get(one.change.key)
    return Came.NOT_THERE if row is None else row.came


def _is_done(kept: Journal, night: Night, one: Found) -> bool:
    row = kept.rows.get(one.change.key)
    return row is not None and row.night == night.fingerprint and row.came in DONE


def _left_out(counted: Counter[str]) -> list[str]:
    return [f"{number} left out: {why}" for why, number in sorted(counted.items())]


def _summary(counted: Counter[Came], before: int, left_out: Counter[str]) -> list[str]:
    lines = [
        f"{say.count(counted[Came.MADE], 'reminder')} added, {counted[Came.THERE]} there before,"
        f" {counted[Came.ENDED]} ended."
    ]
    if before:
        lines.append(f"{before} of them had been sent by an earlier run.")
    lines += [
        f"{counted[one]} for a person to look at: {says}."
        for one, says in FOR_A_PERSON.items()
        if counted[one]
    ]
    if counted[Came.NOT_THERE]:
        lines.append(f"{counted[Came.NOT_THERE]} not added or ended yet.")
    if counted[Came.IN_THE_AIR]:
        lines.append(f"{counted[Came.IN_THE_AIR]} sent without an answer: they are looked up next.")
    return [*lines, *_left_out(left_out)]


def _note(wanted: Wanted, night: Night, lines: Sequence[str]) -> None:
    """Who sent it, when, and what came of it: beside the night, for whoever asked alone."""
    path = wanted.to / f"sent-{night.fingerprint}.txt"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write("\n".join([*lines, ""]).encode())
        file.flush()
        os.fsync(descriptor)


def _moment() -> str:
    return f"{clock.now():%Y-%m-%d %H:%M} UTC"
