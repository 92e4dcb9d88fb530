"""HealthChain's CDS Hooks service, asked what our rule for COPD asks: with its objects, or dicts.

Runs in HealthChain's own environment (``make callers``), where nothing of ours is. The service is
set up as its documentation has it (docs/reference/gateway/cdshooks.md); the objects are made by the
function with which its own adapter for CDS Hooks makes them. Is there COPD, and is no offer of
self-management recorded in the last 12 months? No more is asked: there are no other rules, no
exclusions, no quiet periods, no sign-in, and nothing is kept.
"""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import uvicorn

gateway: Any = import_module("healthchain.gateway")  # Any: it is in its own environment only
models: Any = import_module("healthchain.models")  # Any: as above
fhir: Any = import_module("healthchain.fhir")  # Any: as above

SNOMED = "http://snomed.info/sct"
COPD = {"13645005", "313296004", "313297008", "313299006", "135836000", "87433001"}
OFFERS = {"391131001", "810951000000101", "736283006", "827571000000106", "741056003"}
_CARD = {
    "summary": "No self-management offer is recorded in the last 12 months.",
    "indicator": "info",
    "detail": "What does a good day look like with your breathing?",
    "source": {"label": "The benchmark"},
}


def with_objects(request: Any) -> object:  # Any: HealthChain's model of a call
    """The prefetch as HealthChain's FHIR objects (fhir.resources): what its adapter makes of it."""
    prefetch = fhir.convert_prefetch_to_fhir_objects(request.prefetch or {})
    conditions = fhir.get_resources(prefetch["conditions"], "Condition")
    procedures = fhir.get_resources(prefetch["procedures"], "Procedure")
    since = _a_year_ago()
    copd = any(_has(c.code.coding, COPD) and _active(c.clinicalStatus.coding) for c in conditions)
    offered = any(
        _has(p.code.coding, OFFERS) and p.performedPeriod and p.performedPeriod.start >= since
        for p in procedures
    )
    return models.CDSResponse(cards=[_CARD] if copd and not offered else [])


def _has(codings: Iterable[Any], codes: set[str]) -> bool:  # Any: HealthChain's Coding
    return any(coding.system == SNOMED and coding.code in codes for coding in codings)


def _active(codings: Iterable[Any]) -> bool:  # Any: as above
    return any(coding.code == "active" for coding in codings)


def with_dicts(request: Any) -> object:  # Any: HealthChain's model of a call
    """The prefetch as it was sent, and no more of it looked at than the question needs."""
    prefetch: dict[str, Any] = request.prefetch or {}  # Any: FHIR JSON
    since = _a_year_ago()
    copd = any(
        _says(c["code"], COPD) and c["clinicalStatus"]["coding"][0]["code"] == "active"
        for c in _resources(prefetch["conditions"])
    )
    offered = any(
        _says(p["code"], OFFERS) and datetime.fromisoformat(p["performedPeriod"]["start"]) >= since
        for p in _resources(prefetch["procedures"])
    )
    return models.CDSResponse(cards=[_CARD] if copd and not offered else [])


def _resources(bundle: dict[str, Any]) -> Iterable[dict[str, Any]]:  # Any: FHIR JSON
    return (entry["resource"] for entry in bundle.get("entry", ()))


def _says(concept: dict[str, Any], codes: set[str]) -> bool:  # Any: FHIR JSON
    return any(c["system"] == SNOMED and c["code"] in codes for c in concept["coding"])


def _a_year_ago() -> datetime:
    now = datetime.now(UTC)  # noqa: TID251 - our clock is not in this environment
    return now - timedelta(days=365)


def main(way: str, port: int) -> None:
    """Serve one of the two ways on a port, as ``app.run`` does, without a line for each call."""
    service = gateway.CDSHooksService()
    service.hook("patient-view", id="copd")({"objects": with_objects, "dicts": with_dicts}[way])
    app = gateway.HealthChainAPI(title=f"COPD with {way}")
    app.register_service(service, path="/cds")
    uvicorn.run(app, port=port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
