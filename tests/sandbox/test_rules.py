"""What a practice writes into its rules is refused, or it is words on a screen and no more."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import settings

from cds_hooks import cards
from prompts.choose import choose
from prompts.history import History
from rules.engine import evaluate
from rules.problems import Place
from rules.record import Kind
from rules.rule import Rule
from tests.builders import TODAY, a_person, a_record, entry, load_files, rule_text
from tests.sandbox.page import NEEDED, Ehr, check_shown, texts_of
from tests.sandbox.payloads import payloads

SOAK = settings().max_examples > 200
MANY = 5_000 if SOAK else 300
AT_ONCE = 250  # rules in one folder

pytestmark = [*NEEDED, pytest.mark.long]

CARD = {
    "summary": "What would help?",
    "question": "What does a good day look like?",
    "detail": "Tea helps.",
    "source": "The test suite",
    "link": "Read more",
}
WORDS = {**CARD, "label": "Refer to the tea group", "tag": "Ask about tea", "goal": "In own words",
         "title": "Tea", "fact": "coughs", "part": "coughs now", "means": "coughs anyway",
         "because": "They had tea", "service": "The tea group", "list": "tea"}  # fmt: skip


def escaped(text: str) -> str:
    """A text in double quotes in which everything unusual is a number, past any look at lines."""
    plain = (c if " " <= c <= "~" and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(plain)}"'


def a_rule_with(name: str, payload: str, place: str) -> dict[str, str]:
    """A rule of this name and what belongs to it, where the payload stands in one place."""
    say = {key: escaped(payload if key == place else words) for key, words in WORDS.items()}
    third = f"tag: {{label: Add a reminder, code: ask, words: {say['tag']}}}"
    if place == "goal":
        third = f"goal: {{label: Start a goal, text: {say['goal']}}}"
    rule = rule_text(
        id=name,
        title=say["title"],
        quiet=f"{{topic: {name}}}",
        people=None,
        today=None,
        tests=None,
        facts=f"""
            coughs: {{find: condition, codes: cough, label: {say["fact"]}}}
            coughs_too: {{find: cel, cel: coughs, means: {say["means"]}}}
        """,
        when=f"\nall: [coughs, coughs_too, {{label: {say['part']}, any: [coughs]}}]",
        exclude=f"\n- {{if: {{not: coughs}}, because: {say['because']}}}",
        card=f"""
            summary: {say["summary"]}
            question: {say["question"]}
            detail: {say["detail"]}
            source: {say["source"]}
            links: [{{label: {say["link"]}, address: "https://www.nhs.uk/tea"}}]
        """,
        offers=f"""
            - refer: {{label: {say["label"]}, service: {name}, reason: {name}}}
            - record_offer: {{label: Record it, codes: {name}}}
            - {third}
        """,
    )
    words = f"{{code: {name}, words: {say['list']}, system: good-day}}"
    codes = f"id: {name}\ntitle: x\nsource: x\nreviewed: 2026-11-21\ncodes:\n  - {words}\n"
    service = f"{name}: {{name: {say['service']}, codes: {name}}}\n"
    return {f"{name}.yaml": rule, f"value-sets/{name}.yaml": codes, "services": service}


def answers_of(rule: Rule, name: str) -> Iterator[object]:
    """What is answered about somebody with a cough, and about somebody whose list was not read."""
    person = a_person(name=name)
    cough = entry(Kind.CONDITION, "cough", date="2020-03-01")
    for record in (a_record(cough, person=person), a_record(unread=[Kind.CONDITION])):
        outcomes = evaluate((rule,), record, (), TODAY)
        choice = choose(outcomes, History(), TODAY, PRACTICE)
        if choice.prompt is not None:
            yield cards.card(choice.prompt, "test-person", TODAY).model_dump(mode="json")
        held = cards.held_back(choice.held, outcomes, PRACTICE, TODAY) or {}
        yield {key: [one.model_dump() for one in each] for key, each in held.items()}


PRACTICE = load_files({}).library.practice


def owner_of(at: Place) -> str:
    """The rule in whose file, code list or service a problem is: each service has its line."""
    stem = Path(at.file).stem
    return f"rule-{at.line - 1}x" if stem == "services" else stem


def test_what_a_practice_writes_is_refused_or_no_more_than_words(ehr: Ehr) -> None:
    names = cycle(["Sam", "www", "lt", "x.y", "Zoë", "O'Brien"])
    each = list(zip(payloads(MANY, seed=9), cycle(WORDS), strict=False))
    texts: set[str] = set()
    kept = 0
    for start in range(0, len(each), AT_ONCE):
        files: dict[str, str | bytes] = {}
        services = ""
        for number, (payload, place) in enumerate(each[start : start + AT_ONCE]):
            made = a_rule_with(f"rule-{number}x", payload, place)
            services += made.pop("services")
            files.update(made)
        loaded = load_files({**files, "shared/services.yaml": services})
        stopped = {owner_of(stop.at) for stop in loaded.stops}
        whole = [rule for rule in loaded.library.rules if rule.id not in stopped]
        kept += len(whole)
        for rule in whole:
            texts.add(rule.title)
            for answer in answers_of(rule, next(names)):
                texts.update(texts_of(answer))
    assert 0.15 * len(each) < kept < 0.7 * len(each)
    check_shown(ehr.show(texts))


def test_the_same_rule_without_a_payload_has_nothing_to_mend() -> None:
    made = a_rule_with("tea", "Tea", "title")
    files: dict[str, str | bytes] = {**made, "shared/services.yaml": made.pop("services")}
    loaded = load_files(files)
    assert loaded.stops == []
    (rule,) = loaded.library.rules
    assert any("uuid" in str(answer) for answer in answers_of(rule, "Sam"))


@pytest.mark.parametrize("payload", ["<b>Tea</b>", "[Tea](//evil.example)", "Tea\u202e"])
def test_the_name_of_a_practice_is_words_too(payload: str) -> None:
    stops = load_files({"practice.yaml": f"name: {escaped(payload)}\n"}).stops
    assert [one.code for one in stops] == ["E10"]
