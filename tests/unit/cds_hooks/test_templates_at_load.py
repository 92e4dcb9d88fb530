"""Every prefetch template is looked at when the services are made (P5)."""

from pathlib import Path

import pytest

from cds_hooks.live import Live, OutsideSubset, in_force
from cds_hooks.reloading import NotTaken, examined
from fhir_adapters import needs
from rules.codes import Code
from rules.load import load_library
from rules.record import Kind
from tests.fhir_builders import COPD_RULE
from tests.served import NOW, piloting

BROKEN = {
    "a chain": ("conditions", "code", "subject.name"),
    "a modifier": ("conditions", "code:below", "-recorded-date"),
    "nothing to sort by": ("conditions", "code", ""),
    "two parameters in one": ("conditions", "code", "-date&_include=*"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_template_outside_the_subset_keeps_the_set_out_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    library = piloting(tmp_path, COPD_RULE)
    assert Live(in_force(library, NOW)).rules.services
    searches = {**needs.SEARCHES, Kind.CONDITION: (BROKEN[how],)}
    monkeypatch.setattr(needs, "SEARCHES", searches)
    with pytest.raises(OutsideSubset, match=r'template "conditions" of good-day-patient-view .*\.'):
        in_force(library, NOW)


@pytest.mark.parametrize("sign", list("&|,#{} "))
def test_a_sign_of_addresses_in_a_code_is_outside_the_subset(sign: str) -> None:
    code = Code("https://codes.example", f"a{sign}b")
    assert needs.needs_of({Kind.CONDITION: [code]}).outside == ("conditions",)


def test_a_changed_set_with_such_a_template_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piloting(tmp_path, COPD_RULE)
    assert not load_library(tmp_path).stops
    searches = {**needs.SEARCHES, Kind.CONDITION: (BROKEN["a chain"],)}
    monkeypatch.setattr(needs, "SEARCHES", searches)
    with pytest.raises(NotTaken) as kept_out:
        examined(tmp_path, NOW, "f")
    assert kept_out.value.reason == "templates"
