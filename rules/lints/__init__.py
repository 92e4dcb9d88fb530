"""Lints: what the language allows and people would regret. One file each."""

from collections.abc import Iterable
from dataclasses import dataclass

from rules.lints import (
    c01,
    c02,
    c03,
    c04,
    c05,
    c06,
    c07,
    g01,
    g02,
    g03,
    g04,
    g05,
    g06,
    l01,
    l02,
    l03,
    l04,
    l05,
    l06,
    l07,
    s01,
    s02,
    s03,
    s04,
    s05,
    s06,
    s07,
    s08,
    s09,
    s10,
    s11,
    s12,
    s13,
    t01,
    t02,
    t03,
    t04,
    t05,
    t06,
)
from rules.lints.lint import Lint, Seen
from rules.problems import Problem
from rules.rule import Purpose, Rule, Status

LINTS: dict[str, Lint] = {
    lint.code: lint
    for lint in (
        c01.LINT,
        c02.LINT,
        c03.LINT,
        c04.LINT,
        c05.LINT,
        c06.LINT,
        c07.LINT,
        g01.LINT,
        g02.LINT,
        g03.LINT,
        g04.LINT,
        g05.LINT,
        g06.LINT,
        l01.LINT,
        l02.LINT,
        l03.LINT,
        l04.LINT,
        l05.LINT,
        l06.LINT,
        l07.LINT,
        s01.LINT,
        s02.LINT,
        s03.LINT,
        s04.LINT,
        s05.LINT,
        s06.LINT,
        s07.LINT,
        s08.LINT,
        s09.LINT,
        s10.LINT,
        s11.LINT,
        s12.LINT,
        s13.LINT,
        t01.LINT,
        t02.LINT,
        t03.LINT,
        t04.LINT,
        t05.LINT,
        t06.LINT,
    )
}
# A rule may answer these in its file, with a reason. What stops a draft cannot be answered; S10 and
# S12 are about other files, T04 about what nobody has to answer before the rule is piloted, and
# G05 is answered by releasing it.
_ELSEWHERE = ("S10", "S12", "T04", "G05")
ANSWERABLE = frozenset(
    code
    for code, lint in LINTS.items()
    if (lint.stops_from is not Status.DRAFT or code == "S03") and code not in _ELSEWHERE
)
_ORDER = list(Status)


@dataclass(frozen=True, slots=True)
class Answered:
    """A warning that somebody thought about, and the reason in the file."""

    problem: Problem
    reason: str


def stops(lint: Lint, status: Status) -> bool:
    """Whether a lint stops a rule that is so far in its life."""
    if lint.stops_from is None or status is Status.RETIRED:
        return False
    return _ORDER.index(status) >= _ORDER.index(lint.stops_from)


def real_people(source: bytes, file: str) -> list[Problem]:
    """T05: what looks like somebody real in the text of a file; it stops whatever the rule."""
    text = source.decode("utf-8-sig", errors="replace")
    return [
        Problem(found.at, t05.LINT.code, found.says, found.hint)
        for found in t05.numbers(text, file)
    ]


def may_answer(rule: Rule, code: str) -> bool:
    """Whether this rule may answer a lint: about an empty record only one that informs may."""
    return code in ANSWERABLE and (code != "S03" or rule.purpose is Purpose.INFORMATION)


def answered(
    rules: Iterable[Rule], problems: list[Problem]
) -> tuple[list[Problem], list[Answered]]:
    """Problems without those answered in their file; what is answered and never arises is said."""
    left, answers = list(problems), list[Answered]()
    for rule in rules:
        for code, reason in rule.care.allow.items():
            if not may_answer(rule, code):
                continue  # what it is about is said, and stays
            meant = [p for p in left if p.at.file == rule.at.file and p.code == code]
            if not meant:
                says = f"{code} is answered here, and there is nothing to answer."
                at = rule.place(f"allow.{code}", "allow")
                left.append(Problem(at, "C05", says, "Take it out of allow.", stops=False))
            answers += [Answered(problem, reason) for problem in meant]
            left = [problem for problem in left if problem not in meant]
    return left, answers


def lint(seen: Seen) -> list[Problem]:
    """Everything to say about one rule, in the order of the codes."""
    status = seen.rule.status
    return [
        Problem(found.at, one.code, found.says, found.hint, stops(one, status), found.more)
        for one in LINTS.values()
        if one.find is not None
        for found in one.find(seen)
    ]
