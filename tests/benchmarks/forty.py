"""Forty rules that are not alike, written by a program, of the sorts that the library uses.

Each asks about another set of conditions, results, offers and earlier care. Many facts are asked by
several rules; from the rule ``FIRST_WITH_ALL`` on, a rule asks nothing that none asked before it.
"""

from collections.abc import Mapping
from pathlib import Path
from textwrap import indent

from tests.benchmarks.bodies import CONDITION, OBSERVATION, PROCEDURE, concept

RULES, FIRST_WITH_ALL = 40, 20
# How many there are of each sort of fact: no two have a divisor in common that would pair them up.
_CONDITIONS, _RESULTS, _OFFERS, _CARE = 20, 13, 7, 9
_NOT_RECORDED = 900  # concepts from here on are on nobody's record, unless a call is to have them


def _list(name: str, *codes: str) -> tuple[str, str]:
    rows = "".join(f'  - code: "{code}"\n    words: Entry {code}\n' for code in codes)
    head = f"id: {name}\ntitle: {name}\nsource: The benchmark\nreviewed: 2026-11-21\n"
    return f"value-sets/{name}.yaml", f"{head}codes:\n{rows}"


def _help(number: int, place: int = 0) -> str:
    return concept(PROCEDURE, _NOT_RECORDED + 10 * number + place)


# Codes that say of each sort of help that it was offered: with all of them no rule has a prompt.
HELPS = tuple(_help(number) for number in range(_OFFERS))


def _lists() -> dict[str, str]:
    """Lists of one to four codes; what is offered and what leaves people alone is on no record."""
    found: dict[str, str] = {}
    for n in range(_CONDITIONS):
        some = [
            concept(CONDITION, n),
            *(concept(CONDITION, 100 * k + n) for k in range(5, 5 + n % 4)),
        ]
        found |= [_list(f"illness-{n}", *some)]
    for n in range(_RESULTS):
        found |= [_list(f"test-{n}", concept(OBSERVATION, n), concept(OBSERVATION, 500 + n))]
    for n in range(_OFFERS):
        for place, state in enumerate(("offered", "declined")):
            code = _help(n, place)
            found |= [_list(f"help-{n}-{state}", code)]
    for n in range(_CARE):
        found |= [_list(f"care-{n}", concept(PROCEDURE, n))]
    return found


def _shared() -> dict[str, str]:
    helps = range(_OFFERS)
    services = [f"help-{n}: {{name: Help number {n}, codes: help-{n}-offered}}" for n in helps]
    states = "offered: help-{0}-offered, declined: help-{0}-declined"
    offers = [f"help-{n}: {{name: Help number {n}, {states.format(n)}}}" for n in helps]
    return {
        "shared/services.yaml": "\n".join(services) + "\n",
        "shared/offers.yaml": "\n".join(offers) + "\n",
    }


def parts_of(n: int) -> tuple[int, int, int, int]:
    """The condition, result, offer and earlier care that one rule asks about, by their numbers."""
    return n % _CONDITIONS, n % _RESULTS, n % _OFFERS, n % _CARE


def facts_of(n: int) -> dict[str, str]:
    """What one rule looks up, by name: one of each sort, and a third of them one sort more."""
    a, b, c, d = parts_of(n)
    found = {
        f"has_illness_{a}": f"{{find: condition, codes: illness-{a}}}",
        f"result_{b}": f"{{find: observation, codes: test-{b}, give: latest value, unit: '%',"
        " within: 24 months}",
        f"helped_{c}": f"{{find: offer, of: help-{c}, state: [offered, declined],"
        " within: 12 months}",
        f"care_{d}": f"{{find: procedure, codes: care-{d}, since: 28 days ago}}",
    }
    if a % 3 == 1:
        found[f"ill_since_{a}"] = f"{{find: condition, codes: illness-{a}, give: earliest date}}"
    if a % 3 == 2:
        found[f"times_{b}"] = f"{{find: observation, codes: test-{b}, give: count}}"
    return found


def _when(n: int) -> str:
    a, b, c, _ = parts_of(n)
    level = f"result_{b}: {{at_least: {60 + n} %}}"
    times = f"times_{b}: {{above: 0}}"
    parts: Mapping[int, list[str]] = {
        0: [f"has_illness_{a}", f"age: {{at_least: {18 + n}}}", level],
        1: [
            f"ill_since_{a}: {{older_than: {6 + n % 17} months}}",
            f"any: [{{{level}}}, has_illness_{a}]",
        ],
        2: [f"some_of: {{at_least: 2, of: [has_illness_{a}, {{{level}}}, {{{times}}}]}}"],
    }
    lines = [*parts[a % 3], f"not: helped_{c}"]
    return "all:\n" + "".join(f"  - {line}\n" for line in lines)


def _rule(n: int, facts: str) -> str:
    _, _, c, d = parts_of(n)
    offer = (
        f"- refer: {{label: Refer to help number {c}, service: help-{c}}}",
        f"- record_offer: {{label: Help was offered, codes: help-{c}-offered}}",
        f"- tag: {{label: Add a reminder, code: reminder-{n}, words: Ask about help}}",
    )[n % 3]
    return f"""\
format: 1
id: rule-{n:02}
title: Rule number {n} of forty that are not alike
status: draft
owner: The benchmark
hook: patient-view
{facts}
when:
{indent(_when(n), "  ")}
exclude:
  - shared: deceased
  - shared: palliative
  - if: care_{d}
    because: There was care lately

card:
  summary: No help number {c} is recorded for <first_name>
  question: What would help on ordinary days?
  source: The benchmark

offers:
  {offer}

quiet:
  topic: help-{n}
"""


def write_forty(folder: Path, number: int = RULES, *, sharing: bool = False) -> None:
    """So many of the rules. ``sharing`` puts what they look up into one file, each fact once."""
    files = _lists() | _shared()
    every: dict[str, str] = {}
    for n in range(number):
        facts = facts_of(n)
        every |= facts
        own = "" if sharing else f"\nfacts:\n{_lines(facts, '  ')}"
        files[f"rule-{n:02}.yaml"] = _rule(n, own)
    if sharing:
        files["shared/facts.yaml"] = _lines(every)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _lines(facts: Mapping[str, str], before: str = "") -> str:
    return "".join(f"{before}{name}: {look}\n" for name, look in facts.items())
