"""``goodday rules check-patient BUNDLE``: why each rule prompts for one person, or why not.

And when that would next change, and what would change it. It names nobody: codes, dates and the
words of rules and code lists are all that is printed.
"""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from fhir_adapters.bundle import BundleError, record_from_file
from prompts.report import Report, entries_read, report
from prompts.standing import PROMPT, Case
from rules.answer import Answer
from rules.days import in_words
from rules.explain import Line
from rules.load import load_library
from rules.problems import did_you_mean
from rules.record import PatientRecord, Said
from rules.rule import SHOWN, Library, Rule

_MARKS = {Answer.YES: "yes", Answer.NO: "no", Answer.CANNOT_TELL: "?"}
_COLOURS = {Answer.YES: "green", Answer.NO: "", Answer.CANNOT_TELL: "yellow"}


class _Sorry(Exception):
    """What keeps the command from running, in one sentence."""


def check_patient(
    bundle: Path,
    rules: Path | None,
    rule_id: str | None,
    today: date | None,
    data: Path | None = None,
    output: str = "text",
) -> int:
    """Ask the rules about the person in a bundle and print why, in sentences or as JSON.

    ``data`` is the folder in which the practice keeps its answers, so that quiet periods show.
    """
    if rules is not None and not rules.exists():
        say.sorry(f"There is no file or folder called {rules}.")
        return COULD_NOT_RUN
    loaded = load_library(rules)
    if say.stopped(loaded):
        return PROBLEMS
    try:
        chosen = _chosen(loaded.library, rule_id)
        record = record_from_file(bundle)
        said = _said(data, record.person.id)
    except (BundleError, _Sorry) as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    day = today or clock.practice_day(clock.now())
    cases = [Case(rule, record, said, loaded.library.practice) for rule in chosen]
    reports = [report(case, day, heard=data is not None) for case in cases]
    speaking = _speaking(loaded.library, record, said, day)
    if output == "json":
        found = [_as_json(one, _others(one, speaking)) for one in reports]
        about = {"asked_on": day.isoformat(), **_reading(record), "rules": found}
        say.line(json.dumps(about, indent=2))
        return FINE
    for one in reports:
        _print(one, record, _others(one, speaking))
    return FINE


def _chosen(library: Library, rule_id: str | None) -> tuple[Rule, ...]:
    chosen = tuple(rule for rule in library.rules if rule_id in (None, rule.id))
    if rule_id is not None and not chosen:
        hint = did_you_mean(rule_id, [rule.id for rule in library.rules])
        raise _Sorry(f'There is no rule called "{rule_id}". {hint}')
    return chosen


def _said(data: Path | None, person: str) -> tuple[Said, ...]:
    """What the practice knows that this person said before."""
    if data is None:
        return ()
    from cds_hooks.store.answers import Answers  # noqa: PLC0415 - SQL only where it is needed
    from cds_hooks.store.tables import FILE, StoreError  # noqa: PLC0415 - SQL only if needed

    if not (data / FILE).is_file():  # opening it would make one
        raise _Sorry(f"There are no answers in {data}. Name the folder that serve was given.")
    try:
        answers = Answers(data)
        try:
            return answers.history(person).said
        finally:
            answers.close()
    except StoreError as error:
        raise _Sorry(str(error)) from None


def _speaking(
    library: Library, record: PatientRecord, said: tuple[Said, ...], today: date
) -> tuple[Rule, ...]:
    """The rules that speak for this person today, of those that are shown to anybody."""
    return tuple(
        rule
        for rule in library.rules
        if rule.status in SHOWN
        and Case(rule, record, said, library.practice).on(today).word == PROMPT
    )


def _others(one: Report, speaking: Iterable[Rule]) -> tuple[str, ...]:
    """The rules that speak at the same moment as one that does not."""
    if one.word == PROMPT:
        return ()
    hooks = set(one.rule.hooks)
    return tuple(r.id for r in speaking if r.id != one.rule.id and hooks & set(r.hooks))


def _print(one: Report, record: PatientRecord, others: tuple[str, ...]) -> None:
    rule = one.rule
    say.line(
        f"{rule.title} (version {rule.version}, {rule.status})   as of {in_words(one.today)}",
        "bold",
    )
    say.line(one.headline, "bold")
    say.line()
    say.line("Who it is for")
    _lines(one.who_for)
    say.line("Who it is not for")
    _lines(one.who_not_for)
    say.line("Left alone")
    _lines(one.left_alone)
    say.line()
    say.line("What would change the answer")
    say.line(f"  {one.when_next}")
    for flip in one.what_if:
        say.line(f"  {flip}")
    for name in others:
        say.line(f"  another rule speaks already: {name}")
    say.line()
    if one.data_quality:
        say.line("What could be put right in the record")
        for note in one.data_quality:
            say.line(f"  {note}", "yellow")
        say.line()
    read = entries_read(record)
    say.line(f"{say.count(read, 'entry', 'entries')} read", "dim")
    for reason in sorted(set(record.unread.values())):
        kinds = sorted(kind for kind, why in record.unread.items() if why == reason)
        say.line(f"Not read: {', '.join(kinds)} ({reason})", "yellow")
    say.line()


def _lines(lines: tuple[Line, ...]) -> None:
    for line in lines:
        indent = "  " * max(line.depth, 1)
        rests_on = f"{line.rests_on}{_in_lists(line)}" if line.rests_on else ""
        words = f" {line.says:<58}   {rests_on}".rstrip()
        say.styled((f"{indent}{_MARKS[line.answer]:4}", _COLOURS[line.answer]), (words, ""))


def _in_lists(line: Line) -> str:
    return f"   [{', '.join(line.lists)}]" if line.lists else ""


def _reading(record: PatientRecord) -> dict[str, object]:
    return {
        "entries_read": entries_read(record),
        "not_read": {str(kind): why for kind, why in sorted(record.unread.items())},
    }


def _as_json(one: Report, others: tuple[str, ...]) -> dict[str, object]:
    change = one.change
    return {
        "rule": one.rule.id,
        "title": one.rule.title,
        "version": one.rule.version,
        "status": str(one.rule.status),
        "decision": one.word,
        "says": one.headline,
        "quiet_until": one.until.isoformat() if one.until else None,
        "who_for": [_line_as_json(line) for line in one.who_for],
        "who_not_for": [_line_as_json(line) for line in one.who_not_for],
        "left_alone": [_line_as_json(line) for line in one.left_alone],
        "when_next": None
        if change is None
        else {
            "on": change.day.isoformat(),
            "becomes": change.becomes,
            "prompts_on": change.prompts_on.isoformat() if change.prompts_on else None,
        },
        "what_if": list(one.what_if),
        "data_quality": list(one.data_quality),
        "speaking_already": list(others),
    }


def _line_as_json(line: Line) -> dict[str, object]:
    return {
        "answer": str(line.answer),
        "says": line.says,
        "rests_on": line.rests_on,
        "code_lists": list(line.lists),
        "depth": line.depth,
    }
