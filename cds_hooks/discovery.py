"""One service for each hook, carrying all of that hook's rules, and what each needs to be sent."""

from dataclasses import dataclass
from hashlib import sha256

from starlette.responses import Response

from cds_hooks import wire
from fhir_adapters.needs import Needs, Query, needs
from rules.rule import Library, Rule, Status

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
    "medication-verify": "0.1.0",
}


@dataclass(frozen=True, slots=True)
class HookService:
    """A hook, its rules, and what they read.

    ``remembering`` are those of its rules that ask what was said before. ``required`` is what the
    rules read that are shown. What only those in shadow read besides may be missing from a call:
    that costs them their answer, and nobody else's.
    """

    id: str
    hook: str
    rules: tuple[Rule, ...]
    needs: Needs
    remembering: frozenset[str]
    required: Needs
    shown: tuple[Rule, ...]  # the rules whose cards may be shown; the others are in shadow

    @property
    def others(self) -> tuple[Rule, ...]:
        """The rules that can be asked without knowing what was said before."""
        return tuple(rule for rule in self.rules if rule.id not in self.remembering)

    @property
    def queries(self) -> tuple[Query, ...]:
        """What clients are asked to send along."""
        more = (one for one in self.required.queries if one.key not in self.needs.keys)
        return (*self.needs.queries, *more)


_NOTHING = Needs((), frozenset(), (), frozenset())


def hook_services(library: Library) -> dict[str, HookService]:
    """The services by their ids, made once when the library is loaded."""
    services: dict[str, HookService] = {}
    holds, others = library.practice.holds, library.practice.elsewhere
    for hook in library.hooks:
        rules = library.for_hook(hook)
        asking = (r.id for r in rules if any(fact.find == "outcome" for fact in r.looks_at))
        shown = tuple(rule for rule in rules if rule.status is not Status.SHADOW)
        every = needs(rules, holds, others)
        required = needs(shown, holds, others) if shown else _NOTHING
        if required == every:
            required = every
        name = f"good-day-{hook}"
        service = HookService(name, hook, rules, every, frozenset(asking), required, shown)
        services[service.id] = service
    return services


def discovery(services: dict[str, HookService], library: Library) -> bytes:
    """The answer to GET /cds-services."""
    return wire.Discovery(
        services=[_described(service, library) for service in services.values()]
    ).to_json()


def described(body: bytes, known: str = "") -> Response:
    """Discovery as it is sent, under a tag that is the same as long as nothing in it changes.

    ``known`` are the tags that the client has, as If-None-Match lists them: 304 to these.
    """
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    if tag in known:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type="application/json", headers={"ETag": tag})


def _described(service: HookService, library: Library) -> wire.Service:
    invented = (
        " It is an invented practice, for trying out only." if library.practice.invented else ""
    )
    shown = [rule.title for rule in service.shown]
    rules = f"{len(shown)} {'rule' if len(shown) == 1 else 'rules'}"
    quiet = len(service.rules) - len(shown)
    unseen = f" Asked besides, counted and never shown: {quiet}." if quiet else ""
    return wire.Service(
        version=SPECIFICATION,
        hook=service.hook,
        hookVersion=_HOOK_VERSIONS.get(service.hook),
        id=service.id,
        title=_TITLES.get(service.hook, "Good Day"),
        description=(
            f"{library.practice.name} asks an open question where no offer of support is recorded."
            f" {': '.join(filter(None, (rules, '; '.join(shown))))}."
            f"{unseen}{invented} Not reviewed by a clinical safety officer."
        ),
        prefetch={one.key: one.template for one in service.queries},
        usageRequirements=(
            "Send every prefetch key. A list that could not be read is sent as an OperationOutcome."
            " A key that is left out is asked of fhirServer, where that may be asked for the"
            " client; otherwise the answer is 412."
        ),
    )
