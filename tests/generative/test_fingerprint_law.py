"""A fingerprint stays while a rule decides and says the same, and no longer."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from random import Random
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.fingerprint import fingerprint
from rules.mutants import mutants
from rules.reading import Reader
from rules.rule import Rule
from rules.schema.names import Names
from rules.schema.rule import read_rule
from rules.text import Block, Items, Node, Text, read_text
from tests.builders import HEADINGS, load_files, rule_text, shipped
from tests.generative.test_reference_law import rule_of, text_of
from tests.lengths import first
from tests.reference.rule_texts import a_rule

LOADED = shipped()
RULES = {rule.id: rule for rule in LOADED.library.rules}
EVERY_RULE = pytest.mark.parametrize("rule_id", first(6, RULES))


@cache
def library_text(rule_id: str) -> str:
    """The file of a rule that comes with Good Day."""
    return files("rules").joinpath(RULES[rule_id].at.file.removeprefix("rules/")).read_text("utf-8")


def of(text: str, names: Names = LOADED.names) -> str:
    """The fingerprint of a rule file."""
    reader = Reader([])
    node, slips = read_text(text.encode(), "a.yaml")
    assert isinstance(node, Block), (slips, text)
    name = node.pairs["id"][1]
    assert isinstance(name, Text)
    found = read_rule(reader, node, name.value, names)
    assert found is not None, (reader.problems, text)
    return fingerprint(found.rule)


# ---- the same in other words ----------------------------------------------------------------

# In these the order counts: a fact starts at one above it.
IN_ORDER = ("facts",)


def other_words(text: str, random: Random) -> str:
    """The same rule as somebody else would write it: order, quotes, layout, comments."""
    node, _ = read_text(text.encode(), "a.yaml")
    assert isinstance(node, Block)
    # Its stories are most of a file, and are no part of it.
    kept = {key: pair for key, pair in node.pairs.items() if key not in ("people", "tests")}
    return "\n".join(_lines(Block(kept, node.at), random)) + "\n"


def _lines(node: Block, random: Random, *, shuffled: bool = True) -> Iterator[str]:
    """A block in lines."""
    pairs = list(node.pairs.items())
    if shuffled:
        random.shuffle(pairs)
    for key, (_, value) in pairs:
        comment = random.choice(["", "", "  # of May", "   #"])
        if random.random() < 0.2:
            yield from ("", "# the group asked for this")
        if isinstance(value, Text) or _is_flat(value) or random.random() < 0.2:
            yield f"{key}: {_inline(value, random, key)}{comment}"
        elif isinstance(value, Block):
            yield f"{key}:{comment}"
            margin = " " * random.choice([1, 2, 4])
            yield from (
                margin + line for line in _lines(value, random, shuffled=key not in IN_ORDER)
            )
        else:
            yield f"{key}:{comment}"
            yield from (f"  - {_inline(item, random, key)}" for item in value.items)


def _is_flat(node: Node) -> bool:
    return not (node.pairs if isinstance(node, Block) else isinstance(node, Items) and node.items)


def _inline(node: Node, random: Random, under: str) -> str:
    """Anything in one line."""
    if isinstance(node, Text):
        return _quoted(node, random)
    if isinstance(node, Items):
        return f"[{', '.join(_inline(item, random, under) for item in node.items)}]"
    pairs = list(node.pairs.items())
    if under not in IN_ORDER:
        random.shuffle(pairs)
    said = (f"{key}: {_inline(value, random, key)}" for key, (_, value) in pairs)
    return f"{{{', '.join(said)}}}"


def _quoted(text: Text, random: Random) -> str:
    if "\n" not in text.value and random.random() < 0.5:
        return "'" + text.value.replace("'", "''") + "'"
    escaped = text.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


@given(st.sampled_from(sorted(RULES)), st.randoms(use_true_random=False))
def test_layout_order_quotes_and_comments_leave_it_as_it_is(rule_id: str, random: Random) -> None:
    text = library_text(rule_id)
    assert of(other_words(text, random)) == fingerprint(RULES[rule_id])


# ---- the same for other people --------------------------------------------------------------

DECIDED_ABOUT_IT: Mapping[str, str] = {
    "title": "Something else about a cough",
    "status": "retired",
    "version": "7",
    "owner": "Somebody else",
    "co_produced_with": "[Another group]",
    "evidence": "[{claim: Tea helps, source: A trial}]",
    "not_for": "[Children]",
    "review_by": "2027-05-31",
    "pdsa": "{cycle: 1, aim: More, measure: Cups, started: 2026-11-01}",
    "safety": "{signed_off_by: Anne, signed_off_on: 2026-11-20, for_version: 1}",
    "released": '{version: 1, fingerprint: "0123456789abcdef"}',
    "replaces": "an-older-one",
    "pilot": "{share: 1 in 5}",
    "allow": "{L04: We asked}",
    "today": "2026-11-20",
    "people": "\nsam: {about: a cough, age: 61, record: [{condition: cough, date: 2020-03-01}]}",
    "tests": "\n- {name: Sam, person: sam, expect: prompt}",
}


@cache
def names() -> Names:
    """What the rules of ``builders`` may refer to."""
    return load_files({}).names


@cache
def as_it_is() -> str:
    return of(rule_text(), names())


@pytest.mark.parametrize("heading", DECIDED_ABOUT_IT)
def test_what_people_decide_about_a_rule_leaves_it_as_it_is(heading: str) -> None:
    if heading in ("people", "tests"):
        text = rule_text(**{each: DECIDED_ABOUT_IT[each] for each in ("people", "tests")})
    else:
        text = rule_text(**{heading: DECIDED_ABOUT_IT[heading]})
    assert of(text, names()) == as_it_is()


def test_it_is_the_same_tomorrow_and_on_every_machine() -> None:
    """Another one here means that every rule that was ever released is stopped."""
    assert of(rule_text(exclude=None), names()) == "b32d9e50f65bc7cc"


# ---- every change is seen -------------------------------------------------------------------


@EVERY_RULE
def test_every_slip_in_a_library_rule_changes_it(rule_id: str) -> None:
    rule = RULES[rule_id]
    assert [m.says for m in mutants(rule) if fingerprint(m.rule) == fingerprint(rule)] == []


@pytest.mark.long
@given(st.randoms(use_true_random=False))
def test_every_slip_in_any_rule_changes_it(random: Random) -> None:
    rule = rule_of(text_of(a_rule(random)))
    assert [m.says for m in mutants(rule) if fingerprint(m.rule) == fingerprint(rule)] == []


def with_line(heading: str, line: str) -> str:
    """What usually stands under a heading, and a line more."""
    return f"{dedent(HEADINGS[heading]).rstrip()}\n{line}\n"


OTHERWISE: Mapping[str, str] = {
    "purpose": "information",
    "hook": "[patient-view, encounter-start]",
    "show_to": "[gp]",
    "when": "{not: has_cough}",
    "when_unknown": "prompt",
    "facts": HEADINGS["facts"].replace("codes: cough", "codes: wheeze"),
    "exclude": "[]",
    "card": HEADINGS["card"].replace("ordinary", "good"),
    "offers": HEADINGS["offers"].replace("the tea", "our tea"),
    "quiet": "{topic: coughing, after_declined: 24 months}",
}
MORE = [
    pytest.param({"facts": with_line("facts", "  ended_by: cough-over")}, id="ended_by"),
    pytest.param({"quiet": "{topic: coughing, declined_codes: no-tea}"}, id="a code that says no"),
    pytest.param({"quiet": "{topic: coughing, not_done_codes: no-tea}"}, id="a code not done"),
    pytest.param({"quiet": "{topic: coughing, most: 2 in 12 months}"}, id="fewer cards"),
    pytest.param({"exclude": "\n- shared: palliative\n  if_unknown: include"}, id="those in doubt"),
    pytest.param({"exclude": "\n- if: has_cough\n  because: They said so"}, id="an exclusion"),
    pytest.param({"card": HEADINGS["card"].replace("day look", "week look")}, id="the question"),
    pytest.param({"card": with_line("card", "choose: one")}, id="one or several"),
    pytest.param({"card": with_line("card", "detail: More")}, id="the detail"),
]


@pytest.mark.parametrize("headings", [*({key: text} for key, text in OTHERWISE.items()), *MORE])
def test_whatever_it_decides_or_says_changes_it(headings: dict[str, str]) -> None:
    assert of(rule_text(**headings), names()) != as_it_is()


def test_the_order_of_what_must_hold_together_changes_nothing() -> None:
    one, other = ({"when": f"{{age: {{{tests}}}}}"} for tests in (
        "at_least: 18, at_most: 80", "at_most: 80, at_least: 18"
    ))  # fmt: skip
    assert of(rule_text(**one), names()) == of(rule_text(**other), names())
    assert of(rule_text(when="{age: {at_least: 18, at_most: 81}}"), names()) != as_it_is()


def _shared(about: str) -> Rule:
    text = rule_text(exclude="\n- shared: not-here", facts=None, when="{age: {at_least: 18}}")
    shared = f"not-here: {{if: {{age: {{below: {about}}}}}, because: Too young}}\n"
    loaded = load_files({"coughing.yaml": text, "shared/exclusions.yaml": shared})
    return loaded.library.rules[0]


def test_a_change_in_what_it_shares_with_others_changes_it() -> None:
    assert fingerprint(_shared("30")) == fingerprint(_shared("30"))
    assert fingerprint(_shared("30")) != fingerprint(_shared("31"))


def test_what_a_code_list_holds_is_kept_by_its_lock() -> None:
    text = {"coughing.yaml": rule_text()}
    more = {"value-sets/cough.yaml": (
        "id: cough\ntitle: cough\nsource: x\nreviewed: 2026-11-21\n"
        "codes:\n  - {code: whoop, words: whoop, system: good-day}\n"
    )}  # fmt: skip
    (rule,), (other,) = load_files(text).library.rules, load_files({**text, **more}).library.rules
    assert fingerprint(rule) == fingerprint(other)
