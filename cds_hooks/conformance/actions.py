"""What a suggestion would do to a record, looked at (C30 to C34, J5, S7)."""

import re
from collections.abc import Iterator

from cds_hooks.conformance.notes import Notes
from cds_hooks.conformance.shapes import Json, is_list, is_object, is_text, within

_REFERENCE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}")
_OF_WHOM = ("subject", "patient", "for", "beneficiary")


def look(notes: Notes, action: Json, where: str, patient: str) -> None:
    """One action of a suggestion, or one that a client does by itself."""
    kind = action.get("type")
    fine = kind in ("create", "update", "delete")
    notes.expect("C30", fine, "the type of an action is none of the three", where)
    said = action.get("description")
    notes.expect("C31", is_text(said), "an action has no description", where)
    resource = action.get("resource")
    if kind == "create":
        notes.expect("C32", is_object(resource), "a create has no resource", where)
    if kind == "update":
        fine = isinstance(within(resource, "id"), str)
        notes.expect("C33", fine, "an update has no resource with an id", where)
    if kind == "delete":
        name = action.get("resourceId")
        fine = isinstance(name, str) and bool(_REFERENCE.fullmatch(name)) and resource is None
        notes.expect("C34", fine, "a delete has no resourceId of the form Type/id", where)
    if is_object(resource):
        _look_at_resource(notes, resource, where, patient)


def _look_at_resource(notes: Notes, resource: Json, where: str, patient: str) -> None:
    fine = isinstance(resource.get("resourceType"), str) and not any(_without_value(resource))
    notes.expect(
        "J5", fine, "a resource has no resourceType, or holds what is null or empty", where
    )
    if not patient:
        return
    others = [one for one in _whose(resource) if one.startswith("Patient/")]
    for one in others:
        same = one == f"Patient/{patient}"
        notes.expect("S7", same, "a resource is about another patient", where)


def _whose(resource: Json) -> Iterator[str]:
    for name in _OF_WHOM:
        reference = within(resource, name, "reference")
        if isinstance(reference, str):
            yield reference


def _without_value(value: object) -> Iterator[bool]:
    """Every place in FHIR's JSON that is null or empty; a list may have null beside a value."""
    if value is None or value in ("", [], {}):
        yield True
    elif is_object(value):
        for under in value.values():
            yield from _without_value(under)
    elif is_list(value):
        for under in value:
            if under is not None:
                yield from _without_value(under)
