"""What our buttons make, and our forms with what people write on them, in HAPI's validator.

They are held against HL7's own definitions of R4.
"""

import json
from functools import cache

import pytest

from fhir_adapters.drafts import Json, drafts
from fhir_adapters.forms import questionnaire_of
from fhir_adapters.systems import TICKS
from rules.forms import EASY_SHEET, FORMS, SHEET
from rules.papers import Papers
from rules.schema.papers import english
from tests.builders import TODAY, load_files
from tests.fhir_builders import WORDS, a_sheet
from tests.fhir_servers.servers import said_by_validator
from tests.library.people import RULES
from tests.library.proposals import by_themselves, on_cards

pytestmark = pytest.mark.long

# R4 prefers its short list of common languages, and allows all. HAPI takes the short one for all
# that there are, and has no Welsh: what is tried here is the shape of a translation.
POLISH = """
language: Polish
translated_by: A translator
checked_by: Another who speaks it
texts:
  sheet_title: Przed wizyt\u0105
  sheet_most: Co jest dla mnie najwa\u017cniejsze?
"""


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


@cache
def forms() -> tuple[Json, ...]:
    """Every form that we serve, in English and beside a translation, and sheets filled in."""
    polish = load_files({"papers/pl.yaml": POLISH}).library.practice.papers
    alone: dict[str, Papers] = {}
    several = (alone, polish)
    served = [questionnaire_of(name, known, english()) for name in FORMS for known in several]
    tick = {"valueCoding": {"system": TICKS, "code": "sleep"}}
    ticked = {"linkId": "sheet_talk_about", "answer": [tick]}
    filled_in = [
        a_sheet(),
        a_sheet(item=[{"linkId": SHEET.first, "answer": [{"valueString": WORDS}]}, ticked]),
        a_sheet(said={}, item=[ticked]),
        {**a_sheet(said={EASY_SHEET.first: "My knee"}), "questionnaire": EASY_SHEET.address},
        a_sheet(said=dict.fromkeys((*SHEET.questions, SHEET.space), "Some words")),
    ]
    return (*(one for one in served if one is not None), *filled_in)


def spoilt() -> list[Json]:
    """One resource of each type with a status that R4 does not have."""
    of_types = {one["resourceType"]: one for one in (*everything(), *forms())}
    return [
        {**one, "lifecycleStatus" if kind == "Goal" else "status": "nonsense"}
        for kind, one in of_types.items()
    ]


def test_every_button_and_every_form_is_what_r4_defines_and_a_slip_would_be_seen() -> None:
    resources = (*everything(), *forms())
    wrong = spoilt()
    assert {one["resourceType"] for one in resources} == {
        "ServiceRequest", "Procedure", "Communication", "CommunicationRequest", "Flag", "Task",
        "Goal", "Questionnaire", "QuestionnaireResponse",
    }  # fmt: skip
    said = said_by_validator([*resources, *wrong])
    assert len(said) == len(resources) + len(wrong)
    found = zip(resources, said, strict=False)
    assert [(one["resourceType"], each) for one, each in found if each != "valid"] == []
    assert "valid" not in said[len(resources) :]
