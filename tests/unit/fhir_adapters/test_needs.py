"""What rules need to read: every list they ask, and every code, and nothing besides."""

import pytest

from fhir_adapters.needs import SEARCHES, needs, needs_of
from fhir_adapters.read import KINDS
from rules.codes import OWN, SNOMED, Code
from rules.record import ENTRY_KINDS, Kind
from tests.builders import Resource, a_rule, code, load_files
from tests.fhir_search import search
from tests.unit.fhir_adapters.test_read import PLACES

# Where a no to a referral stands, and where it shows that one is under way.
REFERRING = {Kind.PROCEDURE, Kind.REFERRAL}


def test_a_rule_needs_the_lists_its_facts_ask_and_those_where_its_offers_show() -> None:
    found = needs([a_rule(exclude=None)])
    assert set(found.kinds) == {Kind.CONDITION, *REFERRING}
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
    assert {Kind.CONDITION, Kind.OBSERVATION, *REFERRING} == set(found.kinds)
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
    assert set(SEARCHES) == set(Kind)
    templates = needs([a_rule()]).templates
    assert templates["patient"] == "Patient/{{context.patientId}}"
    assert all(query.count("{{context.patientId}}") == 1 for query in templates.values())


def test_a_search_is_for_the_codes_that_rules_ask_of_that_list_newest_first() -> None:
    templates = needs([a_rule(exclude=None)]).templates
    assert templates["conditions"] == (
        "Condition?patient={{context.patientId}}"
        f"&code={OWN}|cough,{OWN}|dry-cough&_sort=-recorded-date&_count=200"
    )
    assert "cough," not in templates["procedures"]
    assert f"{OWN}|tea-group" in templates["procedures"]


def test_what_was_observed_and_what_was_found_are_two_searches_of_one_list() -> None:
    facts = "\nhas_cough: {find: observation, codes: wheeze}"
    templates = needs([a_rule(facts=facts, exclude=None)]).templates
    codes = f"{OWN}|wheeze&_sort=-date&_count=200"
    patient = "Observation?patient={{context.patientId}}"
    assert templates["observations"] == f"{patient}&combo-code={codes}"
    assert templates["observationValues"] == f"{patient}&combo-value-concept={codes}"


def test_a_document_is_looked_for_by_its_type_and_by_its_category() -> None:
    facts = "\nhas_cough: {find: entry, codes: wheeze}"
    found = needs([a_rule(facts=facts, exclude=None)])
    codes = f"{OWN}|wheeze&_sort=-date&_count=200"
    patient = "DocumentReference?patient={{context.patientId}}"
    assert found.templates["documents"] == f"{patient}&type={codes}"
    assert found.templates["documentCategories"] == f"{patient}&category={codes}"
    assert not found.outside


@pytest.mark.parametrize("find", ["tag", "medication", "care_plan", "encounter", "appointment"])
def test_a_list_that_no_one_parameter_finds_whole_is_asked_for_whole(find: str) -> None:
    facts = f"\nhas_cough: {{find: {find}, codes: cough}}"
    found = needs([a_rule(facts=facts, exclude=None)])
    (template,) = [
        query.template
        for query in found.queries
        if query.kind not in {None, Kind.STATEMENT, *REFERRING}
    ]
    assert "cough" not in template
    assert "&_sort=-" in template


def test_more_codes_than_an_address_holds_are_not_asked_for_one_by_one() -> None:
    many = [Code(SNOMED, f"{number}") for number in range(10**8, 10**8 + 150)]
    templates = needs_of({Kind.OBSERVATION: many}).templates
    assert templates["observations"] == (
        "Observation?patient={{context.patientId}}&_sort=-date&_count=200"
    )
    assert "observationValues" not in templates  # the whole list holds them too


def test_the_same_rules_always_need_the_same_in_the_same_order() -> None:
    one, other = a_rule(), a_rule(id="other", quiet="{topic: other}")
    assert needs([one, other]) == needs([other, one, one])
    assert list(needs([one, other]).templates) == list(needs([other, one]).templates)
    assert OWN  # the codes are ours, and stand without their system in ``codes``


@pytest.mark.parametrize("resource", PLACES.values(), ids=PLACES)
def test_a_search_finds_a_code_wherever_reading_would(resource: Resource) -> None:
    kind = KINDS[str(resource["resourceType"])]
    searches = needs_of({kind: [code("cough")]}).templates.values()
    assert any(search(one, [resource]) for one in searches if "?" in one)


@pytest.mark.parametrize(
    ("offer", "kind"),
    [
        ("refer: {label: Refer, service: tea-group}", Kind.REFERRAL),
        ("tag: {label: Tag, code: tea-tag, words: Tea}", Kind.TAG),
        ("task: {label: Ring, for: nurse, due: 3 days, code: tea-call}", Kind.TASK),
    ],
)
def test_an_offer_that_may_be_under_way_is_looked_for_where_it_would_show(
    offer: str, kind: Kind
) -> None:
    assert kind in needs([a_rule(exclude=None, offers=f"\n- {offer}")]).kinds


def test_what_the_holds_look_at_is_needed_whatever_the_rules_are() -> None:
    holds = load_files({}).library.practice.holds
    alone = needs([], holds)
    assert {Kind.TAG, Kind.CONDITION} <= set(alone.kinds)
    assert Kind.ENCOUNTER not in alone.kinds  # a long record has hundreds
    assert {"bereavement", "183452005", "103735009"} <= alone.codes
    assert not needs([]).kinds
