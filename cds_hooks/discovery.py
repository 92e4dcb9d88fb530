"""One service for each hook, carrying all of that hook's rules, and what each needs to be sent."""

from dataclasses import dataclass

from cds_hooks import wire
from fhir_adapters.needs import Needs, needs
from rules.rule import Library, Rule

# The published specification that all of this is held to (D10).
SPECIFICATION = "2.0.1"
# The hook library's titles are for its readers; these are for clinicians. A hookVersion stands
# where the library has one without contradicting itself (order-sign does not, CDS_HOOKS 1.17).
_TITLES = {
    "patient-view": "What would help on ordinary days?",
    "appointment-book": "Before the visit",
    "encounter-start": "At the start of a visit",
    "encounter-discharge": "Before going home",
    "problem-list-item-create": "A new problem on the list",
}
_HOOK_VERSIONS = {
    "patient-view": "1.0",
    "appointment-book": "1.0",
    "encounter-start": "1.0",
    "encounter-discharge": "1.0",
    "order-select": "1.0",
    "order-dispatch": "1.1",
    "problem-list-item-create": "0.1.0",
    "allergyintolerance-create": "0.1.0",
    "medication-refill": "0.1.0",
}


@dataclass(frozen=True, slots=True)
class HookService:
    """A hook, its rules, and what they read. ``remembers``: a rule asks what was said before."""

    id: str
    hook: str
    rules: tuple[Rule, ...]
    needs: Needs
    remembers: bool


def hook_services(library: Library) -> dict[str, HookService]:
    """The services by their ids, made once when the library is loaded."""
    services: dict[str, HookService] = {}
    for hook in library.hooks:
        rules = library.for_hook(hook)
        remembers = any(fact.find == "outcome" for rule in rules for fact in rule.looks_at)
        service = HookService(
            f"good-day-{hook}", hook, rules, needs(rules, library.practice.holds), remembers
        )
        services[service.id] = service
    return services


def discovery(services: dict[str, HookService], library: Library) -> bytes:
    """The answer to GET /cds-services."""
    return wire.Discovery(
        services=[_described(service, library) for service in services.values()]
    ).to_json()


def _described(service: HookService, library: Library) -> wire.Service:
    invented = (
        " It is an invented practice, for trying out only." if library.practice.invented else ""
    )
    count = len(service.rules)
    return wire.Service(
        version=SPECIFICATION,
        hook=service.hook,
        hookVersion=_HOOK_VERSIONS.get(service.hook),
        id=service.id,
        title=_TITLES.get(service.hook, "Good Day"),
        description=(
            f"{library.practice.name} asks an open question where no offer of support is recorded."
            f" {count} {'rule' if count == 1 else 'rules'}:"
            f" {'; '.join(rule.title for rule in service.rules)}."
            f"{invented} Not reviewed by a clinical safety officer."
        ),
        prefetch=service.needs.templates,
        usageRequirements=(
            "Send every prefetch key. A list that could not be read is sent as an OperationOutcome."
            " A key that is left out is asked of fhirServer, where that may be asked for the"
            " client; otherwise the answer is 412."
        ),
    )
