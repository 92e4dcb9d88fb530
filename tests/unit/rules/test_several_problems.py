"""Several slips at once: each is said, once, and where it is."""

import pytest

from tests.builders import load_files, load_text, rule_text


def test_several_slips_are_all_said_at_once_in_the_order_of_the_file() -> None:
    text = rule_text(
        statuss="pilot",
        status=None,
        facts="\nhas_cough: {find: condtion, codes: cough}\nhas_tea: {find: entry, codes: te}",
        when="{all: [has_cough, {age: {at_leest: 18}}]}",
        quiet="{topic: coughing, after_declined: 1 month}",
        review_by="soon",
    )
    found = load_text(text).problems
    assert [problem.code for problem in found] == ["E10", "E12", "E01", "E31", "E01", "E08"]
    assert [problem.at.line for problem in found] == sorted(p.at.line for p in found)


def test_slips_in_several_files_are_all_said_at_once() -> None:
    loaded = load_files(
        {
            "a.yaml": rule_text(id="a", ownr="x"),
            "b/b.yaml": rule_text(id="b", hook="patient-vew"),
            "value-sets/tea.yaml": "id: tea\n",
            "shared/facts.yaml": "x: {find: somewhere}\n",
            "practice.yaml": "nam: x\n",
        }
    )
    files = sorted({problem.at.file.split("/", 3)[-1] for problem in loaded.problems})
    assert files == [
        "a.yaml", "b/b.yaml", "practice.yaml", "shared/facts.yaml", "value-sets/tea.yaml"
    ]  # fmt: skip


def test_a_faulty_code_list_is_reported_where_it_is_and_not_in_every_rule_that_names_it() -> None:
    for text in ("id: [", "id: tea\ntitle: x\nsource: x\nreviewed: soon\ncodes: [{code: 1}]\n"):
        facts = "\nhas_cough: {find: condition, codes: [cough, tea]}"
        loaded = load_files({"value-sets/tea.yaml": text, "coughing.yaml": rule_text(facts=facts)})
        assert {p.at.file.rsplit("/", 1)[-1] for p in loaded.problems} == {"tea.yaml"}


@pytest.mark.parametrize("text", ["x: [", "- a\n", "has_tea: {find: entry, codes: te}\n"])
def test_a_faulty_shared_fact_is_reported_where_it_is_and_not_in_every_rule(text: str) -> None:
    when = "{all: [has_cough, {not: has_tea}]}"
    loaded = load_files({"shared/facts.yaml": text, "coughing.yaml": rule_text(when=when)})
    (problem,) = loaded.problems
    assert problem.at.file.endswith("shared/facts.yaml")


def test_a_faulty_shared_exclusion_is_reported_where_it_is_and_not_in_every_rule() -> None:
    loaded = load_files(
        {
            "shared/exclusions.yaml": "had-tea: {if: had_te, because: x}\n",
            "coughing.yaml": rule_text(exclude="\n- shared: palliative\n- shared: had-tea"),
        }
    )
    (problem,) = loaded.problems
    assert problem.at.file.endswith("shared/exclusions.yaml")


def test_a_list_whose_only_code_is_damaged_is_reported_once_and_breaks_nothing() -> None:
    text = "id: tea\ntitle: x\nsource: x\nreviewed: 2026-11-21\n"
    text += 'codes: [{code: "13645006", words: Tea}]\n'
    loaded = load_files(
        {
            "value-sets/tea.yaml": text,
            "shared/services.yaml": "tea-group: {name: x, codes: tea}\n",
            "coughing.yaml": rule_text(
                facts="\nhas_cough: {find: condition, codes: tea}",
                people="\nsam: {about: x, record: [{condition: tea}], booking: {codes: tea}}",
                tests="\n- {name: a, person: sam, without: [condition tea], expect: prompt}",
                quiet="{topic: coughing, declined_codes: tea}",
            ),
        }
    )
    (problem,) = loaded.stops
    assert problem.code == "E21"


def test_a_faulty_service_is_reported_where_it_is_and_not_in_every_rule() -> None:
    loaded = load_files(
        {
            "shared/services.yaml": "tea-group: {name: x, codes: tee-group}\n",
            "coughing.yaml": rule_text(),
        }
    )
    (problem,) = loaded.problems
    assert problem.at.file.endswith("shared/services.yaml")


def test_a_faulty_fact_of_one_rule_does_not_hide_the_same_slip_in_another() -> None:
    loaded = load_files(
        {
            "a.yaml": rule_text(id="a", facts="\nhas_cough: {find: condition, codes: cogh}"),
            "b.yaml": rule_text(id="b", facts=None),
        }
    )
    assert [(p.at.file[-6:], p.code) for p in loaded.problems] == [
        ("a.yaml", "E12"),
        ("b.yaml", "E11"),
    ]


def test_two_rules_of_one_name_are_reported() -> None:
    loaded = load_files({"coughing.yaml": rule_text(), "more/coughing.yaml": rule_text()})
    (problem,) = loaded.problems
    assert (problem.code, problem.says) == ("E15", 'Another file has a rule called "coughing".')
