"""GET /fhir/Questionnaire/{form}: the forms that rules name, for whoever shows them to people."""

from pathlib import Path

import pytest

from fhir_adapters.drafts import prove
from rules.forms import FORMS
from rules.load import load_library
from rules.rule import OfferKind
from tests.fhir_builders import COPD_RULE
from tests.served import piloting, surgery


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_form_is_served_to_anybody(tmp_path: Path, name: str) -> None:
    with surgery(tmp_path, piloting(tmp_path / "practice", COPD_RULE)) as here:
        answer = here.client.get(f"/fhir/Questionnaire/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/fhir+json"
        prove([answer.json()])
        head = here.client.head(f"/fhir/Questionnaire/{name}")
        assert (head.status_code, head.content) == (200, b"")


def test_another_name_is_not_there(tmp_path: Path) -> None:
    with surgery(tmp_path, piloting(tmp_path / "practice", COPD_RULE)) as here:
        assert here.client.get("/fhir/Questionnaire/sheet").status_code == 404
        assert here.client.post("/fhir/Questionnaire/agenda-sheet", json={}).status_code == 405


def test_every_form_that_a_shipped_rule_gives_out_is_one_of_ours() -> None:
    named = {
        offer.form
        for rule in load_library(None).library.rules
        for offer in rule.offers
        if offer.kind is OfferKind.QUESTIONNAIRE
    }
    assert {"agenda-sheet", "health-plan-easy-read"} <= named
    assert named - set(FORMS) == {"pam-13"}  # whose words are licensed, and no one's to hand on
