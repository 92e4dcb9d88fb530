"""What a card rests on, as codes and days: never a name, and no words of a record."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from cds_hooks.store.answers import Used
from prompts.prompt import Prompt
from rules.codes import Code, CodeList
from rules.fact import Fact, facts_of
from rules.finding import Finding
from rules.outcome import Outcome

# More entries than this say no more about why a card was shown.
MOST_ENTRIES = 20
_A_CODE = re.compile(r"[!-~]{1,250}")
_A_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Grounds:
    """The code lists behind a card, each with its hash, and the facts that made its rules true."""

    value_sets: Mapping[str, str]
    facts: tuple[Used, ...]


def of(prompt: Prompt, outcomes: Iterable[Outcome]) -> Grounds:
    """What a prompt rests on, of everything that was found about somebody."""
    on_it = {rule.id for rule in prompt.rules}
    lists: dict[str, str] = {}
    facts: dict[Used, None] = {}
    for outcome in outcomes:
        if outcome.rule.id not in on_it:
            continue
        for fact in facts_of(outcome.rule.when):
            lists |= {one.id: _fingerprint(one) for one in fact.lists}
            facts[used(fact, outcome.look(fact))] = None
    return Grounds(lists, tuple(facts))


def name_of(fact: Fact) -> str:
    """What a fact is called where it is kept."""
    return _A_NAME.sub("_", fact.name).strip("_.-")[:80] or "fact"


def used(fact: Fact, finding: Finding) -> Used:
    """What one fact came to, as codes and days."""
    entries = finding.entries[:MOST_ENTRIES]
    return Used(
        name_of(fact),
        str(finding.answer),
        tuple(dict.fromkeys(code for entry in entries for code in _codes(entry.codes))),
        tuple(dict.fromkeys(entry.when.first for entry in entries if entry.when is not None)),
    )


def _codes(codes: Iterable[Code]) -> Iterator[str]:
    """Codes as system|code; one with a space in it may be words of somebody, and is left out."""
    for code in codes:
        if _A_CODE.fullmatch(code.code) and not re.search(r"\s", code.system):
            yield f"{code.system}|{code.code}"


@lru_cache(maxsize=1_000)
def _fingerprint(one: CodeList) -> str:
    """A hash of which codes a list holds, however they are ordered and worded."""
    codes = sorted(f"{code.system}|{code.code}" for code in one.codes)
    return sha256("\n".join(codes).encode()).hexdigest()[:16]
