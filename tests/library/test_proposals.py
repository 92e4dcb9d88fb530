"""Every button of every shipped rule makes a resource that R4 takes.

Held to fhir.resources, and to R4's required elements and bindings, which are written out in
tests/conformance/standard.py. Each offer is made by itself too: a card has room for three.
"""

import pytest

from fhir_adapters.drafts import Json, drafts, prove
from rules.outcome import Proposal
from rules.rule import OfferKind, Rule
from tests.builders import TODAY
from tests.conformance.standard import check_resource
from tests.library.people import RULES
from tests.library.proposals import by_themselves, on_cards

EVERY_RULE = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
# CONTENT 3.3. An offer that a public code says is a Procedure, one of our own a Communication.
TYPES: dict[OfferKind, set[str]] = {
    OfferKind.REFER: {"ServiceRequest"},
    OfferKind.RECORD: {"Procedure", "Communication"},
    OfferKind.TAG: {"Flag"},
    OfferKind.RESULTS: {"CommunicationRequest"},
    OfferKind.MESSAGE: {"CommunicationRequest"},
    OfferKind.QUESTIONNAIRE: {"Task"},
    OfferKind.TASK: {"Task"},
    OfferKind.GOAL: {"Goal"},
}


def made(proposal: Proposal) -> Json:
    """The one resource of a button, held to R4 twice."""
    (draft,) = drafts(proposal, "sam", TODAY)
    assert draft.description
    prove([draft.resource])
    check_resource(draft.resource, TODAY)
    resource: Json = draft.resource
    if proposal.offer is not None:
        assert resource["resourceType"] in TYPES[proposal.offer.kind]
    return resource


@EVERY_RULE
def test_every_offer_of_a_rule_makes_a_valid_resource(rule: Rule) -> None:
    for proposal in by_themselves(rule):
        made(proposal)


@EVERY_RULE
def test_and_so_does_every_button_on_the_cards_of_its_stories(rule: Rule) -> None:
    found = [made(proposal) for proposal in on_cards(rule)]
    assert found


def test_the_library_has_every_sort_of_offer() -> None:
    assert {offer.kind for rule in RULES for offer in rule.offers} == set(OfferKind)


@EVERY_RULE
def test_nothing_is_sent_done_or_ordered_by_pressing_a_button(rule: Rule) -> None:
    """A person does that: what a button makes is a draft, a proposal, or what was said and done."""
    for proposal in by_themselves(rule):
        resource = made(proposal)
        if resource["resourceType"] in ("ServiceRequest", "CommunicationRequest"):
            assert resource["status"] == "draft"
        if resource["resourceType"] == "ServiceRequest":
            assert resource["intent"] == "proposal"
        if resource["resourceType"] == "Goal":
            assert resource["lifecycleStatus"] == "proposed"
        if resource["resourceType"] == "Task":
            assert resource["intent"] == "plan"
            assert "owner" not in resource, "a role, and never one person"
        if resource["resourceType"] == "Flag":
            assert resource["period"]["end"] <= "2027-11-21"
