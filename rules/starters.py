"""What is said of rules that are shown, and of those of ours that a practice pilots."""

from collections.abc import Iterable
from dataclasses import replace

from rules.problems import Place, Problem
from rules.rule import SHOWN, Rule


def of_a_starter(rule: Rule, named: Place, found: Iterable[Problem]) -> list[Problem]:
    """What is said of a starter rule in pilot: what only a practice can decide stops nothing.

    Its stories, evidence and review date are ours, and tested with the rest of Good Day.
    """
    left = [problem for problem in found if problem.code not in ("G04", "G05", "G06")]
    if rule.care.pdsa is None and rule.status in SHOWN:
        says = (
            f'"{rule.id}" is shown as it comes with Good Day: without an aim and a measure of'
            " yours (pdsa), and without people of yours who helped to write it."
        )
        hint = "To try it on anybody real, make it a rule of your own with both."
        left.append(Problem(named, "G04", says, hint, stops=False))
    return [replace(each, stops=False) if each.code == "G01" else each for each in left]


def untold(problem: Problem) -> Problem:
    """A rule that is shown to somebody has stories; the reader only warns that there are none."""
    return replace(problem, stops=True) if problem.code == "T00" else problem
