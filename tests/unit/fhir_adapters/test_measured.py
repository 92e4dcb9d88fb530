"""What was measured: exact, in its unit, and under the codes of the part that it is."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.bundle import record_from_bundle
from rules.record import Measurement
from tests.builders import Resource, a_patient, a_resource, code, concept
from tests.fhir_builders import one, read


def test_what_was_measured_is_kept_as_it_was_recorded() -> None:
    value = {"value": 7.10, "unit": "percent", "code": "%", "comparator": "<"}
    ((name, measured),) = one(a_resource("Observation", "cough", valueQuantity=value)).values
    assert name == ""
    assert (measured.number, measured.unit, measured.comparator) == (Decimal("7.1"), "%", "<")


def test_parts_of_a_measurement_keep_their_names() -> None:
    parts = [
        {"code": {"text": "Systolic"}, "valueQuantity": {"value": 120, "unit": "mmHg"}},
        {"code": concept("x"), "valueQuantity": {"value": 80}},
        {"code": {"text": "Arm"}, "valueCodeableConcept": concept("left")},
        {"valueQuantity": {"unit": "mmHg"}},
    ]
    values = one(a_resource("Observation", "cough", component=parts)).values
    assert [(name, str(m)) for name, m in values] == [
        ("Systolic", "120 mmHg"),
        ("", "80"),
        ("", "mmHg"),
    ]


def measured(**said: object) -> list[Measurement]:
    return [value for _, value in one({**a_resource("Observation", "cough"), **said}).values]


def quantity(text: str) -> Decimal | None:
    """What the number with this text comes out as."""
    observation = json.dumps(a_resource("Observation", "cough", valueQuantity={"value": 0}))
    body = f'{{"resourceType": "Bundle", "entry": [{{"resource": {json.dumps(a_patient())}}}'
    body += f', {{"resource": {observation.replace("0}", text + "}")}}}]}}'
    (entry,) = record_from_bundle(body.encode()).by_code[code("cough")]
    ((_, value),) = entry.values
    return value.number


@pytest.mark.parametrize("text", ["7.1", "0.1", "58", "7.10", "0", "-3.5", "1e3", "1.5E-7"])
def test_a_number_is_exactly_what_was_written(text: str) -> None:
    assert quantity(text) == Decimal(text)


@given(
    digits=st.integers(-(10**15) + 1, 10**15 - 1),
    places=st.integers(0, 15),
)
def test_every_number_of_up_to_fifteen_digits_is_exactly_what_was_written(
    digits: int, places: int
) -> None:
    text = format(Decimal(digits).scaleb(-places), "f")
    assert quantity(text) == Decimal(text)


UNITS: dict[str, tuple[Resource, str, str]] = {
    "code and words": ({"unit": "percent", "code": "%"}, "%", "percent"),
    "words alone": ({"unit": "mmol/mol"}, "mmol/mol", "mmol/mol"),
    "a code alone": ({"code": "mm[Hg]"}, "mm[Hg]", ""),
    "neither": ({}, "", ""),
}


@pytest.mark.parametrize(("said", "unit", "shown"), UNITS.values(), ids=UNITS)
def test_the_unit_is_the_code_and_where_there_is_none_the_words(
    said: Resource, unit: str, shown: str
) -> None:
    (found,) = measured(valueQuantity={"value": 7, **said})
    assert (found.number, found.unit, found.shown) == (Decimal(7), unit, shown)


@pytest.mark.parametrize("comparator", ["<", "<=", ">=", ">"])
def test_a_comparator_is_kept(comparator: str) -> None:
    (found,) = measured(valueQuantity={"value": 90, "comparator": comparator})
    assert (found.comparator, found.number) == (comparator, Decimal(90))


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"comparator": "~"}, id="a comparator that R4 does not have"),
        pytest.param({"comparator": "<\n"}, id="a comparator with more in it"),
        pytest.param({"unit": "mmol\n/mol"}, id="a unit over two lines"),
        pytest.param({"code": "x" * 101}, id="a unit as long as a letter"),
    ],
)
def test_a_number_of_which_nobody_can_tell_what_it_is_of_is_none(said: Resource) -> None:
    (found,) = measured(valueQuantity={"value": 7, **said})
    assert found.number is None


def test_a_whole_number_is_a_value_without_a_unit() -> None:
    (found,) = measured(valueInteger=3)
    assert (found.number, found.unit, found.comparator) == (Decimal(3), "", "")


NO_VALUE: dict[str, Resource] = {
    "text that looks like a number": {"valueString": "7.1"},
    "a code": {"valueCodeableConcept": concept("x")},
    "yes or no": {"valueBoolean": True},
    "a range": {"valueRange": {"low": {"value": 1}}},
    "a value that is said to be absent": {
        "valueQuantity": {"value": 7.1},
        "dataAbsentReason": concept("unknown"),
    },
    "a part that is said to be absent": {
        "component": [
            {"code": concept("x"), "valueInteger": 1, "dataAbsentReason": {"text": "not done"}}
        ]
    },
    "nothing": {},
}


@pytest.mark.parametrize("said", NO_VALUE.values(), ids=NO_VALUE)
def test_what_is_no_measurement_is_not_read_as_one(said: Resource) -> None:
    assert measured(**said) == []


# ---- panels ---------------------------------------------------------------------------------

LOINC = "http://loinc.org"
SYSTOLIC, DIASTOLIC, PANEL = "8480-6", "8462-4", "85354-9"


def loinc(number: str) -> Resource:
    return {"coding": [{"system": LOINC, "code": number}]}


PRESSURE: Resource = {
    **a_resource("Observation", "cough", status="final"),
    "code": {"coding": [code("cough")._asdict(), {"system": LOINC, "code": PANEL}]},
    "component": [
        {"code": loinc(SYSTOLIC), "valueQuantity": {"value": 142, "code": "mm[Hg]"}},
        {"code": loinc(DIASTOLIC), "valueQuantity": {"value": 88, "code": "mm[Hg]"}},
        {"valueQuantity": {"value": 7, "code": "mm[Hg]"}},
    ],
}


def found(resource: Resource, *numbers: str) -> list[str]:
    asked = {code(n)._replace(system=LOINC) for n in numbers}
    return [str(value.number) for value in one(resource).measured(asked)]


def test_a_part_of_a_panel_is_found_by_its_own_code_and_no_other() -> None:
    assert found(PRESSURE, SYSTOLIC) == ["142"]
    assert found(PRESSURE, DIASTOLIC) == ["88"]
    assert found(PRESSURE, SYSTOLIC, DIASTOLIC) == ["142", "88"], "and nobody can tell which"


def test_the_code_of_a_panel_is_the_code_of_none_of_its_parts() -> None:
    assert found(PRESSURE, PANEL) == []
    assert found(PRESSURE, PANEL, SYSTOLIC) == ["142"]


def test_a_result_with_a_value_and_parts_has_all_of_them() -> None:
    both = {**PRESSURE, "valueQuantity": {"value": 1, "code": "mm[Hg]"}}
    assert found(both, PANEL) == ["1"]
    assert found(both, SYSTOLIC) == ["142"]
    assert len(one(both).values) == 4


def test_a_record_that_was_made_up_need_not_say_under_which_code() -> None:
    record = read(a_resource("Observation", "cough", valueInteger=1))
    (entry,) = record.by_code[code("cough")]
    assert [v.codes for _, v in entry.values] == [frozenset({code("cough")})]
    assert Measurement(Decimal(1), "").codes is None


# ---- what the laboratory says is usual -----------------------------------------------------------


def usual(*ranges: object, **said: object) -> str:
    """The range that is quoted beside a result of 58 mmol/mol."""
    value = {"value": 58, "unit": "mmol/mol"}
    (found,) = measured(valueQuantity=value, referenceRange=list(ranges), **said)
    return found.usual


LOW, HIGH = {"value": 20, "unit": "mmol/mol"}, {"value": 41.5, "unit": "mmol/mol"}


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        pytest.param({"low": LOW, "high": HIGH}, "20 to 41.5 mmol/mol", id="both ends"),
        pytest.param({"high": HIGH}, "up to 41.5 mmol/mol", id="the upper end alone"),
        pytest.param({"low": LOW}, "from 20 mmol/mol", id="the lower end alone"),
        pytest.param({"text": "20 - 41"}, "20 - 41", id="in the laboratory's words"),
        pytest.param({"low": {"value": 2, "unit": "%"}, "high": HIGH}, "2 % to 41.5 mmol/mol",
                     id="each end in its unit"),
        pytest.param({"low": LOW, "high": HIGH, "type": {"coding": [{"code": "normal"}]}},
                     "20 to 41.5 mmol/mol", id="said to be the usual one"),
        pytest.param({"low": LOW, "type": {"coding": [{"code": "treatment"}]}}, "",
                     id="a range to aim for is no usual one"),
        pytest.param({"low": LOW, "appliesTo": [{"text": "women"}]}, "", id="for some people"),
        pytest.param({"low": LOW, "age": {"low": {"value": 60}}}, "", id="for one age"),
        pytest.param({"low": {"unit": "mmol/mol"}}, "", id="an end without a number"),
        pytest.param({"low": {"value": 20, "comparator": "<"}}, "", id="an end that is none"),
        pytest.param({}, "", id="nothing"),
    ],
)  # fmt: skip
def test_a_range_is_quoted_as_it_was_sent_or_not_at_all(said: object, quoted: str) -> None:
    assert usual(said) == quoted


def test_of_several_ranges_nobody_can_tell_which_is_meant() -> None:
    assert usual({"low": LOW}, {"high": HIGH}) == ""


def test_each_part_of_a_result_has_the_range_of_its_own() -> None:
    part = {
        "code": concept("systolic"),
        "valueQuantity": {"value": 120, "unit": "mmHg"},
        "referenceRange": [{"high": {"value": 140, "unit": "mmHg"}}],
    }
    (found,) = measured(component=[part], referenceRange=[{"low": LOW}])
    assert found.usual == "up to 140 mmHg"
