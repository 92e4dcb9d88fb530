"""``goodday rules check-patient BUNDLE``: why each rule prompts for one person, or why not."""

from datetime import date
from pathlib import Path

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from fhir_adapters.bundle import BundleError, record_from_file
from prompts.choose import choose
from rules.days import in_words
from rules.engine import evaluate
from rules.explain import Line, explain
from rules.load import load_library
from rules.outcome import Outcome
from rules.problems import did_you_mean

_MARKS = {"yes": "yes", "no": "no", "cannot tell": "?"}


def check_patient(bundle: Path, rules: Path | None, rule_id: str | None, today: date | None) -> int:
    """Ask the rules about the person in a bundle and print why, in sentences. Names nobody."""
    if rules is not None and not rules.exists():
        say.sorry(f"There is no file or folder called {rules}.")
        return COULD_NOT_RUN
    loaded = load_library(rules)
    if say.stopped(loaded):
        return PROBLEMS
    chosen = loaded.library.rules
    if rule_id is not None:
        chosen = tuple(rule for rule in chosen if rule.id == rule_id)
        if not chosen:
            hint = did_you_mean(rule_id, [rule.id for rule in loaded.library.rules])
            say.sorry(f'There is no rule called "{rule_id}". {hint}')
            return COULD_NOT_RUN
    try:
        record = record_from_file(bundle)
    except BundleError as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    day = today or clock.practice_day(clock.now())
    for outcome in evaluate(chosen, record, (), day):
        choice = choose((outcome,), (), day, loaded.library.practice)
        _print(outcome, day, choice.held[0].says if choice.held else "")
    return FINE


def _print(outcome: Outcome, day: date, held: str) -> None:
    rule = outcome.rule
    explanation = explain(outcome)
    say.line(
        f"{rule.title} (version {rule.version}, {rule.status})   as of {in_words(day)}", "bold"
    )
    say.line(held or explanation.headline)
    say.line()
    say.line("Who it is for")
    _lines(explanation.who_for)
    say.line("Who it is not for")
    _lines(explanation.who_not_for)
    say.line()


def _lines(lines: tuple[Line, ...]) -> None:
    for line in lines:
        indent = "  " * max(line.depth, 1)
        say.line(f"{indent}{_MARKS[line.answer]:4} {line.says:<60} {line.rests_on}".rstrip())
