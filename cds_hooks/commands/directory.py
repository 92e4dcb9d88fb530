"""``goodday directory``: local support, imported, shown, exported, and published by two people."""

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.directory_import import take_in
from cds_hooks.commands.noted import note_press
from cds_hooks.commands.place import place_of
from cds_hooks.commands.writing import CannotWrite, write_whole
from cds_hooks.directory.writing import directory_text
from cds_hooks.settings import SettingsError, from_environment
from cds_hooks.store.directory import Came, Directory
from cds_hooks.store.supports import Kept, State
from cds_hooks.store.tables import StoreError
from prompts.places import Freshness, freshness
from rules.credits import licence_in_words
from rules.days import in_words
from rules.problems import did_you_mean
from rules.support import Listed, Room, plain, slug

_LONGEST = 128
_LONGEST_NOTED = 500
_MOST_WEEKS = 104
_SAYS = {
    Came.APPROVED: "Approved once: somebody else publishes it.",
    Came.PUBLISHED: "Published: two people have seen it.",
    Came.NEEDS_ANOTHER: "You approved of it already. It takes somebody else.",
    Came.SUGGESTED_IT: "You suggested it. It takes two others.",
    Came.NOTHING_WAITS: "Nothing waits there to be published.",
}


def run_verb(options: argparse.Namespace) -> int:
    """Do one thing with the directory. Whatever keeps it from it gets one sentence."""
    try:
        place = place_of(from_environment(data=options.data, store=options.store))
        directory = Directory(place)
    except (SettingsError, StoreError) as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    now = clock.now()
    today = clock.practice_day(now)
    try:
        if options.directory_verb in _NOTED:
            note_press(place, _as_noted(options), now)
        match options.directory_verb:
            case "import":
                return take_in(directory, options, today, place.named)
            case "show":
                return _show(directory, " ".join(options.words), options.state, today)
            case "export":
                return _export(directory, options.to, options.shape, today, every=options.all)
            case "publish":
                return _publish(directory, options, today)
            case "check":
                return _check(directory, options.entries, today)
            case "hide":
                return _hide(directory, options, today)
            case _:
                return _full(directory, options, today)
    except StoreError as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    finally:
        directory.close()


# What one person does alone, or as one of two, and others see.
_NOTED = frozenset({"publish", "check", "hide", "full"})


def _as_noted(options: argparse.Namespace) -> str:
    """What the audit has of it; who it is, the operating system says."""
    which = " ".join(options.entries) or "all"
    by = f" as {plain(options.by, _LONGEST)}" if options.directory_verb == "publish" else ""
    return f"{options.directory_verb} {which[:_LONGEST_NOTED]}{by}"


def _show(directory: Directory, words: str, state: str | None, today: date) -> int:
    """What there is, the last checked first; every line with whose it is and how old."""
    found = [one for one in directory.everything() if _is_asked_for(one, words, state)]
    found.sort(key=lambda one: _day(one.listed), reverse=True)
    if not found:
        say.line("There is nothing of that in the directory.")
    for one in found:
        entry = one.entry
        say.line(f"{entry.name} ({entry.id})", "bold")
        say.line(f"   {'; '.join(_said(one, today))}")
    lines = {
        f"{entry.source}, {licence_in_words(entry.licence)}: "
        + "; ".join(credit.text for credit in entry.credits)
        for entry in (one.entry for one in found)
    }
    if lines:
        say.line("These data are of:")
    for line in sorted(lines):
        say.line(f"   {line.removesuffix(': ')}")
    return FINE


def _is_asked_for(one: Kept, words: str, state: str | None) -> bool:
    entry = one.entry
    where = (entry.id, entry.name, entry.about, entry.run_by, *entry.themes, *entry.areas)
    text = " ".join((*where, *(f"{spot.words} {spot.postcode}" for spot in entry.spots))).casefold()
    fits = all(word in text for word in words.casefold().split())
    return fits and state in (None, str(one.state), str(one.room))


def _day(one: Listed) -> date:
    return one.last_checked or date.min


def _said(one: Kept, today: date) -> Iterator[str]:
    yield str(one.state)
    if one.seen_by:
        yield f"approved by {one.seen_by}"
    if one.shown is not None and one.draft is not None:
        yield "a change waits to be published"
    if one.room is not Room.OPEN:
        yield f"{one.room}, {say.count(one.weeks, 'week')}" if one.weeks else str(one.room)
    checked = one.listed.last_checked
    yield f"last checked {in_words(checked)}" if checked else "never checked"
    fresh = freshness(one.listed, today)
    if fresh is Freshness.FADED:
        yield "faded: comes last on cards"
    elif fresh is Freshness.STALE:
        yield "too old for cards"
    if one.entry.themes:
        yield f"themes {', '.join(one.entry.themes)}"


def _export(directory: Directory, to: Path | None, shape: str, today: date, *, every: bool) -> int:
    """What is published, or everything, in one of the shapes; to a file or the terminal."""
    kept = [one for one in directory.everything() if every or one.state is State.PUBLISHED]
    text = directory_text(((one.entry, one.came) for one in kept), shape, today)
    if to is None:
        say.exactly(text)
        return FINE
    try:
        write_whole(to, text + "\n")
    except CannotWrite as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    count = say.count(len(kept), "entry", "entries")
    say.line(f"{count} written to {to}, with licence and attribution.")
    return FINE


def _publish(directory: Directory, options: argparse.Namespace, today: date) -> int:
    by = plain(options.by, _LONGEST + 1)
    if not by or len(by) > _LONGEST:
        say.sorry('Say who you are with --by: a name, such as --by "Jo Brown".')
        return COULD_NOT_RUN
    themes = [slug(theme) for theme in options.themes or ()]
    asked: list[str] = list(options.entries)
    if options.all:
        waiting = [one for one in directory.everything() if one.draft is not None]
        asked += [
            one.latest.id
            for one in waiting
            if not one.away and options.source in (None, one.latest.source)
        ]
    if not asked:
        say.sorry("Nothing waits." if options.all else "Say which: the ids of entries, or --all.")
        return FINE if options.all else COULD_NOT_RUN
    code = FINE
    for name in asked:
        came = directory.publish(name, by, today, checked=options.checked, themes=themes)
        if came is Came.UNKNOWN:
            code = _unknown(directory, name)
            continue
        say.line(f"{name}: {_SAYS[came]}")
        if came in (Came.NEEDS_ANOTHER, Came.SUGGESTED_IT):
            code = PROBLEMS
    return code


def _check(directory: Directory, entries: list[str], today: date) -> int:
    code = FINE
    for name in entries:
        if directory.check(name, today):
            say.line(f"{name}: it counts as checked today.")
        else:
            code = _unknown(directory, name)
    return code


def _unknown(directory: Directory, name: str) -> int:
    hint = did_you_mean(name, [one.entry.id for one in directory.everything()])
    say.sorry(f"{name} is not in the directory. {hint}".rstrip())
    return PROBLEMS


def _hide(directory: Directory, options: argparse.Namespace, today: date) -> int:
    away = None if options.back else State.GONE if options.gone else State.HIDDEN
    says = "Back as it was" if away is None else f"Now {away}: nobody is shown it"
    code = FINE
    for name in options.entries:
        if directory.put_away(name, away, today):
            say.line(f"{name}: {says}.")
        else:
            code = _unknown(directory, name)
    return code


def _full(directory: Directory, options: argparse.Namespace, today: date) -> int:
    weeks: int | None = options.waiting
    if weeks is not None and not 1 <= weeks <= _MOST_WEEKS:
        say.sorry(f"A wait is from 1 to {_MOST_WEEKS} weeks: --waiting 6")
        return COULD_NOT_RUN
    room = Room.OPEN if options.open else Room.FULL if weeks is None else Room.WAITING
    says = {
        Room.OPEN: "It has room again, and counts as checked today.",
        Room.FULL: "It is full: it is not offered until --open says otherwise.",
        Room.WAITING: f"{say.count(weeks or 0, 'week')} to wait: it is not offered until --open.",
    }[room]
    code = FINE
    for name in options.entries:
        if directory.set_room(name, room, weeks or 0, today):
            say.line(f"{name}: {says}")
        else:
            code = _unknown(directory, name)
    return code
