"""What an editor is told about rule files: all that loads clean is taken, and slips are shown."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.commands.schema import workspace
from rules.json_schema import Workspace
from rules.json_schema import schemas as made
from tests.builders import LISTS, list_text, load_files, load_text, rule_text, shipped
from tests.desk import demo_rules
from tests.generative.test_file_law import PATIENT, SHIPPED


class _Newer(yaml.CSafeLoader):
    """YAML 1.2, as editors read it: yes and no are words, and dates are texts."""


class _Older(yaml.CSafeLoader):
    """YAML 1.1, as other editors read it: yes and no are true and false."""


_DATE = "tag:yaml.org,2002:timestamp"
_BOOL = "tag:yaml.org,2002:bool"
for _loader, _left_out in ((_Newer, {_DATE, _BOOL}), (_Older, {_DATE})):
    _loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in pairs if tag not in _left_out]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
_Newer.yaml_implicit_resolvers |= {
    first: [(_BOOL, re.compile(r"^(?:true|false)$")), *_Newer.yaml_implicit_resolvers[first]]
    for first in "tf"
}
EDITORS = [pytest.param(_Newer, id="YAML 1.2"), pytest.param(_Older, id="YAML 1.1")]
Loader = type[yaml.CSafeLoader]
# What YAML holds is of every sort.
Value = Any


def as_an_editor_sees(text: str, loader: Loader) -> Value:
    return _with_text_keys(yaml.load(text, Loader=loader))


def _with_text_keys(value: Value) -> Value:
    if isinstance(value, dict):
        pairs = cast("dict[object, Value]", value)  # YAML
        return {_heading(key): _with_text_keys(inner) for key, inner in pairs.items()}
    if isinstance(value, list):
        items = cast("list[object]", value)  # YAML
        return [_with_text_keys(item) for item in items]
    return value


def _heading(key: object) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


schemas = cache(made)


def slips(text: str, schema: str, names: Workspace, loader: Loader = _Newer) -> list[str]:
    """What the schema says is wrong with a file."""
    from jsonschema import Draft7Validator  # takes a second or two

    validator = Draft7Validator(schemas(names)[f"{schema}.schema.json"])
    seen = as_an_editor_sees(text, loader)
    found = validator.iter_errors(seen)  # pyright: ignore[reportUnknownMemberType] - its stubs
    return [f"{error.json_path}: {error.message}" for error in found]


@cache
def built_in() -> Workspace:
    return workspace(shipped())


@cache
def here() -> Workspace:
    return workspace(load_text(rule_text()))


@cache
def demo() -> Workspace:
    return workspace(demo_rules())


def _yaml_files(folder: Traversable) -> Iterator[tuple[str, str, str]]:
    """Every YAML file below a folder: which schema it has, its name, and its text."""
    for path in folder.iterdir():
        if path.name == "papers":
            continue  # texts by their names: no editor can say more of them
        if path.is_dir():
            yield from _yaml_files(path)
        elif path.name.endswith(".yaml"):
            stem, parent = path.name.removesuffix(".yaml"), Path(str(path)).parent.name
            schema = {"value-sets": "value-set", "shared": f"shared-{stem}"}.get(parent, "rule")
            yield stem if stem in ("practice", "words") else schema, stem, path.read_text("utf-8")


SHIPPED_FILES = [
    pytest.param(schema, text, id=f"{schema} {stem}")
    for folder in (files("rules"), files("cds_hooks.demo").joinpath("practice"))
    for schema, stem, text in sorted(_yaml_files(folder))
]


@pytest.mark.parametrize("loader", EDITORS)
@pytest.mark.parametrize(("schema", "text"), SHIPPED_FILES)
def test_every_shipped_file_is_taken(schema: str, text: str, loader: Loader) -> None:
    assert slips(text, schema, demo(), loader) == []


@pytest.mark.parametrize("names", [Workspace, built_in, here], ids=["empty", "built in", "own"])
def test_every_schema_is_itself_good_draft_07(names: Callable[[], Workspace]) -> None:
    from jsonschema import Draft7Validator

    for schema in schemas(names()).values():
        Draft7Validator.check_schema(schema)
        assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
        assert "oneOf" not in str(schema)


# Ways to write a rule that the checker takes; each is one that a schema may well get wrong.
GOOD = {
    "as it is": {},
    "a quoted number": {"version": '"2"'},
    "a lone word for a list": {
        "facts": "\nhas_cough: {find: condition, codes: cough}\n"
        "has_wheeze: {find: condition, codes: wheeze}\n",
        "exclude": "\n- if: has_wheeze\n  because: Why not\n",
    },
    "conditions of every sort": {
        "facts": """
            has_cough: {find: condition, codes: cough}
            coughs: {find: entry, codes: [cough, wheeze], within: 2 years, give: count,
                     if_undated: count it}
            last: {find: condition, codes: cough, give: latest date, status: any}
            since: {find: procedure, codes: tea-group, since: last, before: 2026-11-01}
        """,
        "when": """
            all:
              - has_cough
              - any: [{age: {above: 17, at_most: 90}}, {coughs: {between: [2, 5]}}]
              - none: [{last: {older_than: 12 months}}, {last: {before: 3 weeks ago}}]
              - not: {last: {is_known: no}}
              - not: since
        """,
    },
    "what is measured, so many of these, and cel": {
        "facts": """
            has_cough: {find: condition, codes: cough}
            blow: {find: observation, codes: blow-test, give: latest value, unit: L/min}
            either:
              find: cel
              cel: has_cough || age >= 90
              means: has a cough, or is 90 or over
        """,
        "when": """
            all:
              - has_cough
              - some_of:
                  at_least: 1
                  of: [either, {blow: {between: [1 L/min, 400 L/min]}}, {blow: {above: 500 L/min}}]
        """,
    },
    "words that a row is to have": {
        "tests": """
            - name: Ages
              person: sam
              vary: age
              rows: {60: 'prompt with "ordinary days"'}
        """,
    },
    "no offers and a wordy quiet": {
        "quiet": "{topic: coughing, after_declined: 24 months, also_known_as: [old-topic]}",
    },
    "somebody in doubt": {
        "people": """
            sam: {about: has a cough, age: 60, deceased: unknown}
            alex: {about: has died, age: 60, deceased: yes}
        """,
        "tests": "\n- {name: In doubt, person: sam, expect: no prompt}",
    },
    "rows with numbers": {
        "tests": """
            - name: Ages
              person: sam
              vary: age
              rows: {17: prompt, 60: prompt}
            - name: Not to be read
              person: sam
              unavailable: [condition]
              expect: cannot tell
            - name: Changed
              person: sam
              change: {condition cough: {status: resolved}, deceased: no}
              expect: no prompt
            - name: Said no
              person: sam
              plus:
                - {outcome: declined, topic: coughing, date: 1 month ago}
                - {entry: cough, date: 2026}
              expect: quiet
        """,
    },
}  # fmt: skip


@pytest.mark.parametrize("loader", EDITORS)
@pytest.mark.parametrize("changed", GOOD.values(), ids=GOOD)
def test_what_loads_clean_is_taken(changed: dict[str, str], loader: Loader) -> None:
    text = rule_text(**changed)
    loaded = load_files({"coughing.yaml": text})
    assert not loaded.stops, "\n".join(map(str, loaded.stops))
    assert slips(text, "rule", workspace(loaded), loader) == []


def _facts(line: str) -> dict[str, str]:
    return {"facts": f"\n  has_cough: {{{line}}}\n"}


# (what is changed, where an editor underlines it)
MISTAKES = {
    "a misspelt heading": ({"exlude": "[]"}, "exlude"),
    "a misspelt find": (_facts("find: condtion, codes: cough"), "condtion"),
    "no find": (_facts("codes: cough"), "find"),
    "a heading of another sort of fact": (
        _facts("find: condition, codes: cough, in_next: 3 days"), "in_next"),
    "no such code list": (_facts("find: condition, codes: coughh"), "coughh"),
    "a length in another language": (
        _facts("find: condition, codes: cough, within: 12 Monate"), "12 Monate"),
    "an unknown give": (_facts("find: condition, codes: cough, give: newest"), "newest"),
    "a unit that is no heading here": (
        _facts("find: condition, codes: cough, unit: kg"), "unit"),
    "symbols for comparing": ({"when": '{age: ">= 18"}'}, "18"),
    "an unknown test": ({"when": "{age: {at_leest: 18}}"}, "at_leest"),
    "a number in words": ({"when": "{age: {at_least: old}}"}, "old"),
    "between with one end": ({"when": "{age: {between: [18]}}"}, "18"),
    "an empty list of conditions": ({"when": "{all: []}"}, "[]"),
    "cel without its meaning": ({"when": '{cel: "true"}'}, "means"),
    "an unknown exclusion": ({"exclude": "\n- shared: paliative"}, "paliative"),
    "an exclusion without a reason": ({"exclude": "\n- if: has_cough"}, "because"),
    "a shared exclusion with a condition": (
        {"exclude": "\n- {shared: palliative, if: has_cough}"}, "has_cough"),
    "a status with a capital": ({"status": "Draft"}, "Draft"),
    "a moment that there is not": ({"hook": "patient-open"}, "patient-open"),
    "a name with spaces": ({"id": "Coughing Fits"}, "Coughing Fits"),
    "a date the other way round": ({"review_by": "31/05/2027"}, "31/05/2027"),
    "an unknown offer": ({"offers": "\n- reffer: {label: x, service: tea-group}"}, "reffer"),
    "two offers in one": (
        {"offers": "\n- refer: {label: x, service: tea-group}\n  goal: {label: x}"}, "refer"),
    "an unknown service": ({"offers": "\n- refer: {label: x, service: teagroup}"}, "teagroup"),
    "an offer without a label": ({"offers": "\n- refer: {service: tea-group}"}, "label"),
    "maybe for yes or no": (
        {"offers": "\n- refer: {label: x, service: tea-group, recommended: maybe}"}, "maybe"),
    "a quiet period that is no length": (
        {"quiet": "{topic: coughing, after_declined: never}"}, "never"),
    "no topic": ({"quiet": "{after_declined: 12 months}"}, "topic"),
    "no card": ({"card": None}, "card"),
    "an indicator in red": ({"card": "{source: x, indicator: red}"}, "red"),
    "an unknown expectation": (
        {"tests": "\n- {name: x, person: sam, expect: maybe}"}, "maybe"),
    "a line of no sort": (
        {"people": "\n  sam: {about: x, record: [{illness: cough}]}"}, "illness"),
    "an answer that there is not": (
        {"people": "\n  sam: {about: x, record: [{outcome: never, topic: x, date: today}]}"},
        "never"),
}  # fmt: skip


@pytest.mark.parametrize(("changed", "where"), MISTAKES.values(), ids=MISTAKES)
def test_slips_are_shown(changed: dict[str, str | None], where: str) -> None:
    text = rule_text(**changed)
    assert load_files({"coughing.yaml": text}).stops
    found = slips(text, "rule", here())
    assert found
    assert where in " ".join(found)


OTHER_MISTAKES = {
    "a code without quotes": (
        "value-set", list_text("cough", ["1"]).replace('"1"', "999011011000230107"), "9990110"),
    "a list without codes": ("value-set", "id: x\ntitle: x\nsource: x\nreviewed: 2026-01-01\n",
                             "codes"),
    "a shared fact with a list that is not there": (
        "shared-facts", "x: {find: entry, codes: nothing-such}", "nothing-such"),
    "a shared exclusion without a reason": ("shared-exclusions", "x: {if: has_cough}", "because"),
    "a service without a name": ("shared-services", "x: {codes: cough}", "name"),
    "a practice without a name": ("practice", "invented: yes", "name"),
    "a shared person about whom nothing is said": ("shared-people", "x: {age: 60}", "about"),
    "a message without a text": ("shared-messages", "x: {name: x}", "text"),
    "an unknown state of an offer": ("shared-offers", "x: {name: x, offred: cough}", "offred"),
}  # fmt: skip


@pytest.mark.parametrize(("schema", "text", "where"), OTHER_MISTAKES.values(), ids=OTHER_MISTAKES)
def test_slips_in_other_files_are_shown(schema: str, text: str, where: str) -> None:
    assert where in " ".join(slips(text, schema, here()))


def test_every_heading_says_what_it_means_and_its_default() -> None:
    rule = schemas(here())["rule.schema.json"]
    for heading in rule["properties"].values():
        assert heading["markdownDescription"]
    quiet = rule["definitions"]["quiet"]["properties"]
    assert quiet["after_declined"]["default"] == "12 months"
    assert "If it is left out: 12 months." in quiet["after_declined"]["markdownDescription"]
    lists = rule["definitions"]["the-name-of-a-code-list"]["enum"]
    assert lists == sorted({*built_in().lists, *LISTS})


_LINES = {name: text.split("\n") for name, text in {"coughing": rule_text(), **SHIPPED}.items()}


@PATIENT
@given(st.sampled_from(sorted(_LINES)), st.integers(0, 300), st.integers(0, 300))
def test_a_file_with_lines_moved_about_is_taken_where_it_still_loads_clean(
    name: str, first: int, second: int
) -> None:
    lines = list(_LINES[name])
    lines.insert(second % len(lines), lines.pop(first % len(lines)))
    text = "\n".join(lines)
    loaded = load_files({f"{name}.yaml": text})
    if not loaded.problems:
        assert slips(text, "rule", workspace(loaded)) == []
