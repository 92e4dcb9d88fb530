"""The lists of a request, and every way to spoil one so that it proves nothing any more."""

from collections.abc import Callable

from tests.builders import Resource, a_bundle, a_resource
from tests.fhir_builders import a_page, an_operation_outcome
from tests.served import Json

# The lists of Margaret's request, and the resource type that belongs into each.
LISTS = {
    "conditions": "Condition",
    "observations": "Observation",
    "observationValues": "Observation",
    "procedures": "Procedure",
    "serviceRequests": "ServiceRequest",
    "flags": "Flag",
    "tasks": "Task",
    "carePlans": "CarePlan",
    "communications": "Communication",
    "documents": "DocumentReference",
    "documentCategories": "DocumentReference",
}
# And those of a booking besides.
BOOKING_LISTS = {"diagnosticReports": "DiagnosticReport"}

Spoil = Callable[[Json, str], object]  # what the key holds now, and its type


def entries_of(bundle: Json) -> list[Resource]:
    """The resources in a Bundle."""
    return [entry["resource"] for entry in bundle["entry"]]


def damaged(kind: str) -> Resource:
    """A resource with one element of the wrong sort; nobody can say what it would have said."""
    return a_resource(kind, "unreadable", id="bad", status=["final"])


UNKNOWN_STATES: dict[str, Spoil] = {
    "null": lambda _was, _kind: None,
    "an OperationOutcome": lambda _was, _kind: an_operation_outcome(),
    "a Bundle with an OperationOutcome in it": lambda was, _kind: a_bundle(
        *entries_of(was), an_operation_outcome("incomplete")
    ),
    "a Bundle with an OperationOutcome beside what was found": lambda was, _kind: {
        **was,
        "entry": [
            *was["entry"],
            {"resource": an_operation_outcome(), "search": {"mode": "outcome"}},
        ],
    },
    "the first page of several": lambda was, _kind: a_page(
        entries_of(was), link=[{"relation": "next", "url": "https://ehr.example/fhir?page=2"}]
    ),
    "a page that is not the first": lambda was, _kind: a_page(
        entries_of(was),
        link=[
            {"relation": "self", "url": "https://ehr.example/fhir?page=1"},
            {"relation": "next", "url": "https://ehr.example/fhir?page=2"},
        ],
    ),
    "fewer entries than the total": lambda was, _kind: a_page(entries_of(was), total=300),
    "fewer matches than the total, filled up with included": lambda was, _kind: {
        "resourceType": "Bundle",
        "total": 2,
        "entry": [
            *({"resource": one, "search": {"mode": "match"}} for one in entries_of(was)),
            *[{"resource": {"resourceType": "Practitioner"}, "search": {"mode": "include"}}] * 2,
        ],
    },
    "a single resource instead of a list": lambda _was, kind: a_resource(kind, "single"),
    "a resource of another type": lambda _was, _kind: {"resourceType": "Encounter"},
    "a list of another type": lambda _was, _kind: a_bundle({"resourceType": "Encounter"}),
    "a Bundle inside a Bundle": lambda was, _kind: a_bundle(was),
    "an entry without a resource": lambda was, _kind: {
        **was,
        "entry": [*was["entry"], {"fullUrl": "https://ehr.example/fhir/x/1"}],
    },
    "an entry whose resource is null": lambda was, _kind: {
        **was,
        "entry": [*was["entry"], {"resource": None}],
    },
    "an entry that cannot be read": lambda was, kind: a_bundle(*entries_of(was), damaged(kind)),
    "an entry without a type": lambda was, _kind: a_bundle(*entries_of(was), {"id": "x"}),
    "an entry that is a text": lambda was, _kind: {**was, "entry": [*was["entry"], "x"]},
    "entries that are an object": lambda was, _kind: {**was, "entry": {"resource": 1}},
    "a total that is a text": lambda was, _kind: {**was, "total": "300"},
    "links that are an object": lambda was, _kind: {**was, "link": {"relation": "next"}},
    "a search that is a text": lambda was, _kind: {
        **was,
        "entry": [*was["entry"], {"search": "match"}],
    },
    "a Bundle whose id is a number": lambda was, _kind: {**was, "id": 7},
    "a text": lambda _was, _kind: "none",
    "an empty text": lambda _was, _kind: "",
    "a number": lambda _was, _kind: 0,
    "false": lambda _was, _kind: False,
    "a list": lambda was, _kind: was["entry"],
    "an empty list": lambda _was, _kind: [],
    "an object without a type": lambda _was, _kind: {},
    "entries that do not say whom they are about": lambda was, kind: a_bundle(
        *entries_of(was), {"resourceType": kind, "id": "whose"}
    ),
    "entries about somebody without a reference": lambda was, kind: a_bundle(
        *entries_of(was),
        {
            **a_resource(kind, "whose"),
            **{key: {"identifier": {"value": "1"}} for key in ("subject", "for")},
        },
    ),
}
