"""``goodday pause`` and ``goodday resume``: a rule, a practice, or everything, at once."""

import argparse
from datetime import datetime

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.place import place_of
from cds_hooks.settings import SettingsError, from_environment
from cds_hooks.store.answers import Answers
from cds_hooks.store.pauses import EVERYTHING, Pause
from cds_hooks.store.tables import StoreError

_LONGEST = 200


def run_verb(options: argparse.Namespace) -> int:
    """Pause, resume, or say what is paused. Whatever keeps it from it gets one sentence."""
    try:
        settings = from_environment(data=options.data, store=options.store)
        answers = Answers(place_of(settings))
    except (SettingsError, StoreError) as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    try:
        asked = _asked(options)
        if options.pausing == "pause" and not asked:
            return _tell(answers)
        if not asked:
            say.sorry("Say what: the names of rules, --practice and its name, or --all.")
            return COULD_NOT_RUN
        if options.pausing == "pause":
            return _pause(answers, asked, options.because or "", clock.now())
        return _resume(answers, asked, clock.now())
    except StoreError as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    finally:
        answers.close()


def _asked(options: argparse.Namespace) -> list[str]:
    found = [f"rule:{name}" for name in options.rules]
    found += [f"practice:{options.practice_name}"] if options.practice_name else []
    return found + ([EVERYTHING] if options.everything else [])


def _pause(answers: Answers, asked: list[str], because: str, now: datetime) -> int:
    because = " ".join(because.split())
    if not because or len(because) > _LONGEST or not because.isprintable():
        say.sorry(f"Say why with --because, in up to {_LONGEST} characters: it is shown to people.")
        return COULD_NOT_RUN
    for what in asked:
        answers.pause(Pause(what, now, because))
        say.line(f"Paused: {in_words(what)}. Every process over this store sees it in seconds.")
    return FINE


def _resume(answers: Answers, asked: list[str], now: datetime) -> int:
    """What was paused, by hand or by itself, goes on."""
    missing: list[str] = []
    for what in asked:
        kind, _, name = what.partition(":")
        by_itself = kind == "rule" and answers.take_back(name, now)
        if not answers.resume(what) and not by_itself:
            missing.append(what)
    for what in asked:
        if what in missing:
            say.sorry(f"Not paused: {in_words(what)}. goodday pause alone says what is.")
        else:
            say.line(f"Resumed: {in_words(what)}.")
    return PROBLEMS if missing else FINE


def _tell(answers: Answers) -> int:
    found = answers.pauses()
    if not found:
        say.line("Nothing is paused.")
    for one in found:
        say.line(f"{in_words(one.what)}, since {one.since:%Y-%m-%d %H:%M} UTC: {one.because}")
    return FINE


def in_words(what: str) -> str:
    """What is paused, as people say it."""
    if what == EVERYTHING:
        return "everything"
    kind, _, name = what.partition(":")
    if kind == "shadow":
        return f"the rule {name} (in shadow, by itself)"
    return f"the practice {name}" if kind == "practice" else f"the rule {name}"
