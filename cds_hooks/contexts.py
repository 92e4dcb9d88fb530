"""What each hook says about its moment: what has to be there, and what belongs to the record.

The members are the hook library's (CDS_HOOKS 1.16). A hook of a record system's own needs no more
than the patient.
"""

from collections.abc import Mapping

import msgspec

from cds_hooks import wire
from cds_hooks.refusals import BadRequest
from fhir_adapters.elements import Resource, Value
from prompts.trying import one_reference

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "patient-view": ("userId",),
    "appointment-book": ("userId", "appointments"),
    "encounter-start": ("userId", "encounterId"),
    "encounter-discharge": ("userId", "encounterId"),
    "order-select": ("userId", "selections", "draftOrders"),
    "order-sign": ("userId", "draftOrders"),
    "order-dispatch": ("dispatchedOrders", "performer"),
    "problem-list-item-create": ("userId", "conditions"),
    "allergyintolerance-create": ("userId", "allergyIntolerance"),
    "medication-refill": ("medications",),
    "medication-verify": ("userId", "medication"),
}
_NOTHING = (b"", b"null")


def check(context: wire.Context, hook: str) -> None:
    """Raises BadRequest for a member that the hook has to have and that is not there."""
    for name in _NEEDED.get(hook, ()):
        value = getattr(context, name)
        there = bytes(value).strip() not in _NOTHING if isinstance(value, msgspec.Raw) else value
        there = there.strip() if isinstance(there, str) else there
        if not there and there != []:
            what = ": a Bundle of the appointments being booked" if name == "appointments" else ""
            raise BadRequest(f'"context.{name}" is missing{what}.')


def who_looks(context: wire.Context) -> str:
    """``userId`` as one reference, however it was written; "" if it was not told."""
    return one_reference(context.userId or "")


def booked(context: wire.Context, hook: str) -> list[Resource]:
    """The appointments that are being booked. Raises BadRequest."""
    if hook != "appointment-book":
        return []
    return _resources(context.appointments, "appointments", "Appointment")


def just_recorded(context: wire.Context, hook: str) -> list[Resource]:
    """Problems that were put on the list a moment ago, which searches may not find yet."""
    if hook != "problem-list-item-create":
        return []
    return _resources(context.conditions, "conditions", "Condition")


def _resources(given: Value | list[Resource] | None, name: str, of: str) -> list[Resource]:
    """What a Bundle by the standard, or a list as in its older example, holds."""
    entries: list[Resource | None] = (
        [entry.resource for entry in given.entry or ()]
        if isinstance(given, Value)
        else [*(given or ())]
    )
    whole = not isinstance(given, Value) or given.resourceType == "Bundle"
    found = [one for one in entries if one is not None and one.resourceType != "OperationOutcome"]
    if not whole or len(found) < len(entries):
        says = f'"context.{name}" is not a Bundle in which every entry can be read.'
        raise BadRequest(says)
    return [resource for resource in found if resource.resourceType == of]
