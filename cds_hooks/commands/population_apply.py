"""``goodday population tag --to FOLDER --apply FINGERPRINT``: a night that a person looked through.

Without ``--apply`` it says what would be sent, and sends nothing. With it whoever presses says
which night they looked through, by its fingerprint, and who they are. That is their promise, and is
kept beside the night; it is no lock. The fingerprint stands in ``today.txt``, where a program could
read it: what it does keep out is another night than the one that was looked through.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from cds_hooks import clock
from cds_hooks.clients.listed import ClientsError, read_list
from cds_hooks.clients.reminders import Reminders
from cds_hooks.clients.signing_in import signed_in
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.asked import Named
from cds_hooks.commands.heard import answers_of, with_pauses
from cds_hooks.commands.writing import for_owner
from cds_hooks.population import journal, tag_files
from cds_hooks.population.applying import Applying, Stopped
from cds_hooks.population.journal import DONE, FOR_A_PERSON, Came, Journal, JournalError
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
from cds_hooks.store.kept import kept_as
from cds_hooks.store.tables import StoreError
from fhir_adapters.sending import Line, NoSignIn, no_token
from prompts.history import History
from rules.days import in_words
from rules.load import load_library
from rules.rule import Library


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
    today = wanted.today or clock.practice_day(clock.now())
    try:
        night = read_night(wanted.to)
        where = _where(wanted, night)
        _check(wanted, night, today)
        struck = struck_out(wanted.to)
        found = _found(wanted, night, loaded.usable(), struck, today)
    except (FolderError, ClientsError, SettingsError, StoreError) as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    _say_what(night, found, where)
    for name in not_in(night, struck):
        say.line(f'{LEAVE_OUT} names "{name}", which is nobody and nothing of this night.')
    if not wanted.apply:
        say.line("Nothing was sent. After looking through it, a person sends it with")
        say.line(f'  --apply {night.fingerprint} --by "their name"')
        return FINE
    try:
        return _send(wanted, night, found, where)
    except (JournalError, OSError) as error:
        return say.could_not(error, wanted.to)


def _where(wanted: Wanted, night: Night) -> Reminders:
    """The server that this night's people are at. Raises ClientsError and SettingsError."""
    path = from_environment(clients=wanted.clients).clients
    if path is None:
        raise SettingsError("Which server it goes to stands in clients.toml: name it: --clients.")
    listed = {client.name: client for client in read_list(path).clients}
    if night.client not in listed:
        named = f'client "{night.client}"' if night.client else "no client"
        raise SettingsError(
            f"This night was made for {named}, and {path} does not have it. Make it anew with"
            " --client and a name from there."
        )
    found = listed[night.client].reminders
    if found is None:
        raise SettingsError(
            f'{path} gives no leave to write: client "{night.client}" has no table'
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


def _found(
    wanted: Wanted, night: Night, library: Library, struck: frozenset[str], today: date
) -> Sorted:
    answers = answers_of(wanted.store)
    try:
        library = with_pauses(library, answers)

        def history(person: str) -> History:
            return _history(answers, person, night.client)

        return sorted_out(night, library, history, struck, today)
    finally:
        if answers is not None:
            answers.close()


def _history(answers: Answers | None, person: str, client: str) -> History:
    return History() if answers is None else answers.history(kept_as(person, client))


def _say_what(night: Night, found: Sorted, where: Reminders) -> None:
    add = sum(1 for one in found.to_send if one.change.name)
    say.line(
        f"The night of {in_words(night.today)}: {say.count(add, 'reminder')} to add and"
        f" {len(found.to_send) - add} to end at {_base(where)}."
    )
    for why, number in sorted(Counter(why for _, why in found.left_out).items()):
        say.line(f"  {number} left out: {why}")


def _base(where: Reminders) -> str:
    return Line(where.server, no_token, 1.0).base.text


def _send(wanted: Wanted, night: Night, found: Sorted, where: Reminders) -> int:
    path = from_environment(data=wanted.data).data / f"reminders-{night.client}.journal"
    stopped = ""
    with journal.opened(path, _base(where)) as kept:
        _note(wanted, night, [f"Sent by {' '.join(wanted.by.split())}, {_moment()}."])
        before = sum(1 for one in found.to_send if _is_done(kept, night, one))
        try:
            asyncio.run(_sent(night, found, where, kept))
        except Stopped as error:
            stopped = f"{error} The same command goes on from here."
        came = [(one, _came(kept, one)) for one in found.to_send]
    lines = _summary(Counter(one for _, one in came), before, len(found.left_out))
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


async def _sent(night: Night, found: Sorted, where: Reminders, kept: Journal) -> None:
    within = float(where.within)
    try:
        async with (
            signed_in(where.server, where.sign_in, within) as token,
            Line(where.server, token, within) as line,
        ):
            applying = Applying(line, kept, night.fingerprint, where.settle, clock.now, say.line)
            await applying.send_all([one.change for one in found.to_send])
    except NoSignIn as error:
        raise Stopped(str(error)) from None


def _came(kept: Journal, one: Found) -> Came:
    row = kept.rows.get(one.change.key)
    return Came.NOT_THERE if row is None else row.came


def _is_done(kept: Journal, night: Night, one: Found) -> bool:
    row = kept.rows.get(one.change.key)
    return row is not None and row.night == night.fingerprint and row.came in DONE


def _summary(counted: Counter[Came], before: int, left_out: int) -> list[str]:
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
        lines.append(f"{counted[Came.NOT_THERE]} not sent.")
    if counted[Came.IN_THE_AIR]:
        lines.append(f"{counted[Came.IN_THE_AIR]} sent without an answer: they are looked up next.")
    return [*lines, *([f"{left_out} left out."] if left_out else [])]


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
