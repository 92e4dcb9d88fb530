"""What rules need to read: every list they ask, and every code, and nothing besides."""

from fhir_adapters.needs import KEYS, needs
from rules.codes import OWN
from rules.record import ENTRY_KINDS, Kind
from tests.builders import a_rule


def test_a_rule_needs_the_lists_its_facts_ask_and_the_one_where_a_no_stands() -> None:
    found = needs([a_rule(exclude=None)])
    assert set(found.kinds) == {Kind.CONDITION, Kind.PROCEDURE}
    assert {"cough", "dry-cough"} <= found.codes


def test_a_no_on_the_topic_and_on_the_service_are_looked_for() -> None:
    assert {"coughing", "tea-group"} <= needs([a_rule()]).codes


def test_a_shared_exclusion_is_needed_like_any_other_fact() -> None:
    assert set(ENTRY_KINDS) <= set(needs([a_rule()]).kinds)


def test_a_condition_that_another_code_ends_needs_the_lists_where_it_may_end() -> None:
    facts = """
        has_cough:
          find: condition
          codes: cough
          ended_by: cough-over
    """
    found = needs([a_rule(facts=facts, exclude=None)])
    assert {Kind.CONDITION, Kind.OBSERVATION, Kind.PROCEDURE} == set(found.kinds)
    assert "cough-over" in found.codes


def test_filed_results_need_the_reports_that_file_them() -> None:
    facts = """
        has_cough:
          find: observation
          codes: blow-test
          filed: yes
    """
    assert Kind.REPORT in needs([a_rule(facts=facts, exclude=None)]).kinds


def test_every_list_has_a_key_and_a_query_for_one_patient() -> None:
    assert set(KEYS) == set(Kind)
    templates = needs([a_rule()]).templates
    assert templates["patient"] == "Patient/{{context.patientId}}"
    assert templates["conditions"] == "Condition?patient={{context.patientId}}"
    assert all(query.count("{{context.patientId}}") == 1 for query in templates.values())


def test_the_same_rules_always_need_the_same_in_the_same_order() -> None:
    one, other = a_rule(), a_rule(id="other", quiet="{topic: other}")
    assert needs([one, other]) == needs([other, one, one])
    assert list(needs([one, other]).templates) == list(needs([other, one]).templates)
    assert OWN  # the codes are ours, and stand without their system in ``codes``
