"""A FHIR server's search, as far as our templates go: by type, and by codes where FHIR R4 looks.

Written from the definitions of the search parameters in R4, and not from our code.
"""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from tests.builders import Resource

Json = dict[str, Any]  # of any shape

_CODED_BY = {
    "code": ("code",),
    "combo-code": ("code", "component.code"),
    "type": ("type",),
    "category": ("category",),
    "combo-value-concept": ("valueCodeableConcept", "component.valueCodeableConcept"),
}


def search(template: str, resources: Iterable[Resource]) -> list[Resource]:
    """Those of one person's resources that a search finds, each with an id."""
    wanted, _, query = template.partition("?")
    parameters = dict(part.split("=", 1) for part in query.split("&") if part)
    by = set(parameters) - {"patient", "_sort", "_count"}
    assert by <= set(_CODED_BY), template
    found = [
        {"id": f"entry-{number}", **resource}
        for number, resource in enumerate(resources)
        if resource["resourceType"] == wanted
    ]
    return [one for one in found if all(_has(one, name, parameters[name]) for name in by)]


def _has(resource: Resource, by: str, tokens: str) -> bool:
    asked = set(tokens.split(","))
    return any(
        f"{coding.get('system')}|{coding.get('code')}" in asked
        for path in _CODED_BY[by]
        for concept in _at(resource, path.split("."))
        for coding in concept.get("coding") or ()
    )


def _at(value: object, path: list[str]) -> Iterator[Json]:
    if isinstance(value, list):
        for one in cast("list[object]", value):  # JSON
            yield from _at(one, path)
    elif isinstance(value, dict):
        inside = cast("Json", value)  # JSON has no other keys
        if path:
            yield from _at(inside.get(path[0]), path[1:])
        else:
            yield inside
