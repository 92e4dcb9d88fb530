"""What our buttons make, held against HL7's own definitions of R4 in HAPI's validator."""

import json
from functools import cache

from fhir_adapters.drafts import Json, drafts
from tests.builders import TODAY
from tests.fhir_servers.servers import said_by_validator
from tests.library.people import RULES
from tests.library.proposals import by_themselves, on_cards


@cache
def everything() -> tuple[Json, ...]:
    """Every resource that a button of a shipped rule makes, each once."""
    made = (
        draft.resource
        for rule in RULES
        for proposal in (*by_themselves(rule), *on_cards(rule))
        for draft in drafts(proposal, "sam", TODAY)
    )
    return tuple({json.dumps(one, sort_keys=True): one for one in made}.values())


def spoilt() -> list[Json]:
    """One resource of each type with a status that R4 does not have."""
    of_types = {one["resourceType"]: one for one in everything()}
    return [
        {**one, "lifecycleStatus" if kind == "Goal" else "status": "nonsense"}
        for kind, one in of_types.items()
    ]


def test_every_button_of_every_rule_makes_what_r4_defines_and_a_slip_would_be_seen() -> None:
    resources = everything()
    wrong = spoilt()
    assert {one["resourceType"] for one in resources} == {
        "ServiceRequest", "Procedure", "Communication", "CommunicationRequest", "Flag", "Task",
        "Goal",
    }  # fmt: skip
    said = said_by_validator([*resources, *wrong])
    assert len(said) == len(resources) + len(wrong)
    found = zip(resources, said, strict=False)
    assert [(one["resourceType"], each) for one, each in found if each != "valid"] == []
    assert "valid" not in said[len(resources) :]
