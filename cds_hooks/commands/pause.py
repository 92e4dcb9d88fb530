"""``goodday pause`` and ``goodday resume``: a rule, a practice, or everything, at once."""

import argparse
from datetime import datetime

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.place import place_of
from cds_hooks.settings import SettingsError, from_environment
from cds_hooks.store.answers import Answers
from cds_hooks.store.opening import check_is_there
from cds_hooks.store.pauses import EVERYTHING, Pause
from cds_hooks.store.tables import StoreError
from prompts.restraint import IN_SHADOW
from rules.problems import did_you_mean

_LONGEST = 200


def run_verb(options: argparse.Namespace) -> int:
    """Pause, resume, or say what is paused. Whatever keeps it from it gets one sentence."""
    try:
        settings = from_environment(data=options.data, store=options.store)
        place = place_of(settings)
        check_is_there(place)  # what would be made now has no service that looks at it
        answers = Answers(place)
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
            because = options.because or ""
            return _pause(answers, asked, because, clock.now(), place.named)
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


def _pause(answers: Answers, asked: list[str], because: str, now: datetime, where: str) -> int:
    """Pause what there is, and say what there is not: "Paused" is never said of nothing."""
    because = " ".join(because.split())
    if not because or len(because) > _LONGEST or not because.isprintable():
        say.sorry(f"Say why with --because, in up to {_LONGEST} characters: it is shown to people.")
        return COULD_NOT_RUN
    known = answers.in_force()
    there = known | {one.what for one in answers.pauses()} | {EVERYTHING}
    missing = [what for what in asked if what not in there]
    for what in asked:
        if what in there:
            answers.pause(Pause(what, now, because))
            say.line(f"Paused: {in_words(what)}. Every process over this store sees it in seconds.")
            _tell_others(what, answers.practices(now))
    for what in missing:
        say.sorry(f"Not paused: over the store in {where} nobody asks {in_words(what)}.")
        say.sorry(_instead(what, known))
    return PROBLEMS if missing else FINE


def _tell_others(what: str, practices: frozenset[str]) -> None:
    """Whom it stops besides: a store is for one practice, whatever that is called one day."""
    kind, _, name = what.partition(":")
    others = sorted(practices - {name})
    if kind == "practice" and others:
        say.sorry(
            f"It stops every practice over this store: {', '.join(others)} too, where that is"
            " another one. Give each practice a store of its own."
        )


def _instead(what: str, known: frozenset[str]) -> str:
    """What may have been meant, and what helps always."""
    kind, _, name = what.partition(":")
    names = [one.partition(":")[2] for one in known if one.startswith(f"{kind}:")]
    hint = did_you_mean(name, names) or "Is it the store of the service that runs?"
    return f"{hint} goodday pause --all quiets everything at once."


def _resume(answers: Answers, asked: list[str], now: datetime) -> int:
    """What was paused, by hand or by itself, goes on."""
    paused = {one.what for one in answers.pauses()}
    missing: list[str] = []
    for what in asked:
        kind, _, name = what.partition(":")
        by_itself = kind == "rule" and answers.take_back(name, now)
        if not answers.resume(what) and not by_itself:
            missing.append(what)
    for what in asked:
        if what in missing:
            kind, _, name = what.partition(":")
            kinds = ("rule:", IN_SHADOW) if kind == "rule" else (f"{kind}:",)
            names = {one.partition(":")[2] for one in paused if one.startswith(kinds)}
            hint = did_you_mean(name, names)
            hint = f"{hint} " if hint else ""
            say.sorry(f"Not paused: {in_words(what)}. {hint}goodday pause alone says what is.")
            if kind == "rule":
                say.sorry("A rule that replaces another is stopped with it, by the other's name.")
        else:
            say.line(f"Resumed: {in_words(what)}.")
    return PROBLEMS if missing else FINE


def _tell(answers: Answers) -> int:
    found, known = answers.pauses(), answers.in_force()
    if not found:
        say.line("Nothing is paused.")
    for one in found:
        say.line(f"{in_words(one.what)}, since {one.since:%Y-%m-%d %H:%M} UTC: {one.because}")
        if one.what.startswith("rule:") and one.what not in known:
            say.line("  No service here has a rule of that name now; perhaps one that replaces it.")
    return FINE


def in_words(what: str) -> str:
    """What is paused, as people say it."""
    if what == EVERYTHING:
        return "everything"
    kind, _, name = what.partition(":")
    if kind == "shadow":
        return f"the rule {name} (in shadow, by itself)"
    return f"the practice {name}" if kind == "practice" else f"the rule {name}"
