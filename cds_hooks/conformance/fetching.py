"""What a prefetch template stands for, on one person's record: a small part of FHIR's search."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from cds_hooks.conformance.hooks import ENCOUNTER, USER, seen_by
from cds_hooks.conformance.people import Person
from cds_hooks.conformance.shapes import Json, is_object, objects, within
from cds_hooks.conformance.templates import TOKEN


class Unfilled(Exception):
    """A template that the kit cannot fill. Its text says what of it, without anybody's data."""


def prefetch(
    templates: dict[str, str], person: Person, context: Json
) -> tuple[Json, dict[str, str]]:
    """What a client sends for each key, and why a key had to be left out."""
    filled: Json = {}
    left_out: dict[str, str] = {}
    for key, template in templates.items():
        try:
            filled[key] = fill(template, person, context)
        except Unfilled as why:
            left_out[key] = str(why)
    return filled, left_out


def fill(template: str, person: Person, context: Json) -> Json:
    """The resource or the searchset that a template stands for. Raises Unfilled."""
    address = TOKEN.sub(lambda found: _value(found[1].strip(), context), template)
    path, asks, query = address.partition("?")
    if not asks:
        return _read(path, person)
    wanted = [part.partition("=")[::2] for part in query.split("&") if part]
    return _search(path, [(unquote(name), unquote(value)) for name, value in wanted], person)


def _value(token: str, context: Json) -> str:
    user = str(context.get("userId", USER))
    if token == "userPractitionerId" and user.startswith("Practitioner/"):
        return user.removeprefix("Practitioner/")
    field = token.removeprefix("context.")
    value = context.get(field)
    if field == token or not isinstance(value, str):
        raise Unfilled(f"the token {_short(token)} has no value here")
    return value


def _short(token: str) -> str:
    return token if re.fullmatch(r"[\w.()+ -]{1,60}", token) else "of one of them"


def _read(path: str, person: Person) -> Json:
    kind, _, name = path.partition("/")
    for resource in _everything(person):
        if resource.get("resourceType") == kind and resource.get("id") == name:
            return resource
    raise Unfilled("it reads a resource that this record does not hold")


def _everything(person: Person) -> Iterator[Json]:
    yield person.patient
    yield from person.resources
    for clinician in (USER, seen_by(person)):
        kind, _, name = clinician.partition("/")
        yield {"resourceType": kind, "id": name, "active": True}
    yield {
        "resourceType": "Encounter",
        "id": ENCOUNTER,
        "status": "in-progress",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": f"Patient/{person.id}"},
    }


def _search(kind: str, wanted: list[tuple[str, str]], person: Person) -> Json:
    found = [one for one in _everything(person) if one.get("resourceType") == kind]
    limit = None
    for name, value in wanted:
        if name in ("_count", "_maxresults"):
            limit = _whole(value)
        elif name == "_sort":
            for part in reversed(value.split(",")):
                found.sort(key=_date, reverse=part.startswith("-"))
        else:
            found = [one for one in found if _fits(one, name, value)]
    made: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
    if limit is not None and limit < len(found):
        made["link"] = [{"relation": "next", "url": f"{kind}?conformance-page=2"}]
        found = found[:limit]
    entries = [{"resource": one, "search": {"mode": "match"}} for one in found]
    return {**made, "entry": entries} if entries else made


def _whole(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise Unfilled("a count in it is no whole number")
    return int(value)


_WHO = ("subject", "patient", "for", "individual", "beneficiary")
_PREFIX = re.compile(r"(eq|lt|gt|ge|le)?(\d{4}(?:-\d\d){0,2})(?:T.*)?")
# Where the codes of a search parameter stand in a resource.
_CODES: dict[str, tuple[str, ...]] = {
    "code": ("code", "medicationCodeableConcept", "vaccineCode", "type"),
    "combo-code": ("code", "component.code"),
    "component-code": ("component.code",),
    "value-concept": ("valueCodeableConcept",),
    "combo-value-concept": ("valueCodeableConcept", "component.valueCodeableConcept"),
    "vaccine-code": ("vaccineCode",),
    "medication": ("medicationCodeableConcept",),
    "category": ("category",),
    "type": ("type",),
    "class": ("class",),
    "status": ("status",),
    "intent": ("intent",),
    "clinical-status": ("clinicalStatus",),
    "verification-status": ("verificationStatus",),
    "lifecycle-status": ("lifecycleStatus",),
}
_DATES: dict[str, tuple[str, ...]] = {
    "date": (
        "effectiveDateTime", "performedDateTime", "occurrenceDateTime", "recordedDate",
        "onsetDateTime", "authoredOn", "created", "start", "date", "sent", "period",
    ),
    "onset-date": ("onsetDateTime",),
    "recorded-date": ("recordedDate",),
    "authoredon": ("authoredOn",),
    "authored": ("authoredOn",),
    "issued": ("issued",),
    "sent": ("sent",),
}  # fmt: skip


def _fits(resource: Json, name: str, value: str) -> bool:
    plain, _, modifier = name.partition(":")
    if modifier:
        raise Unfilled(f"{plain}:{modifier} needs a server with its code lists")
    if plain in ("patient", "subject"):
        return _refers(resource, value, _WHO)
    if plain == "encounter":
        return _refers(resource, value, ("encounter",))
    if plain == "_id":
        return resource.get("id") in value.split(",")
    if plain in _CODES:
        return any(_coded(resource, token, _CODES[plain]) for token in value.split(","))
    if plain in _DATES:
        return _dated(resource, value, _DATES[plain])
    raise Unfilled(f"the kit cannot search by {_short(plain)}")


def _refers(resource: Json, value: str, members: Iterable[str]) -> bool:
    name = value.rpartition("/")[2]
    for member in members:
        reference = within(resource, member, "reference")
        if isinstance(reference, str) and reference.rpartition("/")[2] == name:
            return True
    return False


def _coded(resource: Json, token: str, members: Iterable[str]) -> bool:
    system, bar, code = token.rpartition("|")
    for found in _codings(resource, members):
        if found.get("code") == code and (not bar or found.get("system", "") == system):
            return True
        if bar and not code and found.get("system") == system:
            return True
    return False


def _codings(resource: Json, members: Iterable[str]) -> Iterator[Json]:
    for member in members:
        part, dot, below = member.partition(".")
        if dot:
            for one in objects(resource.get(part)):
                yield from _codings(one, (below,))
            continue
        held = resource.get(member)
        if isinstance(held, str):
            yield {"code": held}
        for one in [held] if is_object(held) else objects(held):
            yield one
            yield from objects(one.get("coding"))


def _date(resource: Json) -> str:
    return next(_days(resource, _DATES["date"]), "")


def _days(resource: Json, members: Iterable[str]) -> Iterator[str]:
    for member in members:
        held = resource.get(member)
        if is_object(held):
            held = held.get("start")
        if isinstance(held, str):
            yield held


def _dated(resource: Json, value: str, members: Iterable[str]) -> bool:
    wanted = _PREFIX.fullmatch(value)
    if wanted is None:
        raise Unfilled("a date in it cannot be read")
    prefix, day = wanted[1] or "eq", wanted[2]
    for held in _days(resource, members):
        short = held[: len(day)]
        if {
            "eq": short == day,
            "lt": short < day,
            "le": short <= day,
            "gt": short > day,
            "ge": short >= day,
        }[prefix]:
            return True
    return False
