"""Asking a FHIR server for what rules need, plainly: every search, every page, one after another.

What comes back is one bundle a search; what the server refuses comes back as what it said.
"""

import json
from collections.abc import Mapping
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import msgspec

from fhir_adapters.needs import Needs
from fhir_adapters.prefetch import record_from_prefetch
from rules.record import PatientRecord
from tests.served import Json

_PATIENT_ID = "{{context.patientId}}"


def record_from_server(address: str, token: str, patient_id: str, needs: Needs) -> PatientRecord:
    """One person's record, as far as the server gives it for this token."""
    found = answers(address, token, patient_id, needs.templates)
    raw = {key: msgspec.Raw(json.dumps(value).encode()) for key, value in found.items()}
    return record_from_prefetch(raw, patient_id, needs, server=address)


def answers(
    address: str, token: str, patient_id: str, templates: Mapping[str, str]
) -> dict[str, Json]:
    """What each template comes to, the pages of a list in one."""
    filled = {
        key: template.replace(_PATIENT_ID, quote(patient_id, safe=""))
        for key, template in templates.items()
    }
    return {key: _all_pages(f"{address}/{query}", token) for key, query in filled.items()}


def _all_pages(url: str, token: str) -> Json:
    whole = _get(url, token)
    page = whole
    while following := next((one["url"] for one in _links(page) if one["relation"] == "next"), ""):
        page = _get(following, token)
        if page["resourceType"] != "Bundle":
            return page
        whole["entry"] += page.get("entry", [])
    whole.pop("link", None)
    return whole


def _links(page: Json) -> list[Json]:
    links: list[Json] = page.get("link", [])
    return links


def _get(url: str, token: str) -> Json:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/fhir+json"}
    try:
        with urlopen(Request(url, headers=headers), timeout=60) as response:
            answer: Json = json.load(response)
    except HTTPError as refused:
        answer = json.load(refused)
    return answer
