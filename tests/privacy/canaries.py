"""Zebedee Quillfeather, a canary: whatever of his turns up anywhere was let out.

His names, his NHS number (from the 999 range that nobody has), tokens and what clinicians wrote
about him, in requests that are refused in every way there is, answered, and fed back.
"""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

from tests.builders import Resource, a_bundle
from tests.fhir_builders import a_booking, copd, leroy
from tests.served import (
    BOOK,
    NOW,
    VIEW,
    Json,
    a_call,
    closed,
    prefetch_of,
    taken,
)

ID = "canary-fhir-id"
NHS_NUMBER = "9997771230"
TOKEN = "tokencanary-eyJhbGciOiJFUzM4NCJ9"
WORDS = "He cried when Mrs Quillfeather left."
# What must not be found, in small letters; the id stands apart, for it may be in the store.
SECRETS = ("zebedee", "quillfeather", NHS_NUMBER, "tokencanary", "he cried", "1933-03-03")
CALL, BOOKING = f"/cds-services/good-day-{VIEW}", f"/cds-services/good-day-{BOOK}"
MIB_2 = 2 * 1024 * 1024


def zebedee() -> Resource:
    return {
        "resourceType": "Patient",
        "id": ID,
        "name": [{"use": "official", "given": ["Zebedee"], "family": "Quillfeather"}],
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": NHS_NUMBER}],
        "birthDate": "1933-03-03",
        "telecom": [{"value": NHS_NUMBER}],
        "text": {"status": "generated", "div": f"<div>{WORDS}</div>"},
    }


def resources() -> list[Resource]:
    """A record with his name, number and story wherever FHIR has room for them."""
    subject = {"reference": f"Patient/{ID}", "display": "Zebedee Quillfeather"}
    story = {"note": [{"text": WORDS}], "text": {"div": WORDS}, "subject": subject}
    return [zebedee(), {**copd(ID), **story}, *leroy(ID)[1:]]


def calls(templates: Callable[[str], dict[str, str]]) -> tuple[Json, Json]:
    """A whole request for each hook, with tokens."""
    tokens = {
        "fhirServer": "https://ehr.example/fhir",
        "fhirAuthorization": {"access_token": TOKEN, "subject": TOKEN, "patient": ID},
        "extension": {"com.example.zebedee": WORDS},
    }
    view = a_call(prefetch_of(templates(VIEW), resources()), ID, VIEW, **tokens)
    book = a_call(prefetch_of(templates(BOOK), resources()), ID, BOOK, **tokens)
    book["context"]["appointments"] = a_booking(ID)
    for call in (view, book):
        call["context"]["userId"] = "Practitioner/dr-quillfeather"
        call["context"]["encounterId"] = WORDS
    return view, book


# ---- paths ----------------------------------------------------------------------------------

# A request that must be refused: its name, address, body and headers.
Sent = tuple[str, str, bytes, dict[str, str]]
HEADERS = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
SPOILT: tuple[object, ...] = ({"zebedee": NHS_NUMBER}, [WORDS], "Zebedee Quillfeather", 9997771230)


def refused(view: Json, book: Json) -> Iterator[Sent]:
    """Every way to be refused that needs no fault, each with canaries in it."""
    whole = json.dumps(view).encode()
    for name, body in {
        "cut off": whole[:-1],
        "not UTF-8": whole.replace(b"patient-view", b"Zebedee\xff", 1),
        "not JSON": b"Zebedee Quillfeather " + NHS_NUMBER.encode(),
        "a text": json.dumps(WORDS).encode(),
        "a list": json.dumps([view]).encode(),
        "too large": whole + b" " * MIB_2,
        "nested": b'{"hook":' + b"[" * 50_000,
    }.items():
        yield name, CALL, body, HEADERS
    for member in ("hook", "hookInstance", "context", "prefetch", "fhirServer"):
        for spoilt in SPOILT:
            if (member, type(spoilt)) not in (("prefetch", dict), ("fhirServer", str)):
                yield member, CALL, json.dumps({**view, member: spoilt}).encode(), HEADERS
    for member in ("patientId", "userId"):
        for spoilt in SPOILT:
            if (member, type(spoilt)) != ("userId", str):
                context = {**view["context"], member: spoilt}
                yield member, CALL, json.dumps({**view, "context": context}).encode(), HEADERS
    for spoilt in SPOILT:
        context = {**book["context"], "appointments": spoilt}
        yield "appointments", BOOKING, json.dumps({**book, "context": context}).encode(), HEADERS
    yield "no keys", CALL, json.dumps({**view, "prefetch": {"Zebedee": 1}}).encode(), HEADERS
    for key in view["prefetch"]:
        theirs: Json = a_bundle(copd("another-zebedee"))
        theirs = {**zebedee(), "id": "another-zebedee"} if key == "patient" else theirs
        prefetch = {**view["prefetch"], key: theirs}
        body = json.dumps({**view, "prefetch": prefetch}).encode()
        yield f"somebody else in {key}", CALL, body, HEADERS
    yield "content type", CALL, whole, {**HEADERS, "Content-Type": "text/zebedee"}
    yield "packed", CALL, whole, {**HEADERS, "Content-Encoding": "zebedee"}
    yield "address", "/cds-services/zebedee-quillfeather", whole, HEADERS
    yield "address and query", f"/Zebedee?nhs={NHS_NUMBER}&token={TOKEN}", whole, HEADERS
    yield from _bad_feedback()


def _bad_feedback() -> Iterator[Sent]:
    item = closed({"uuid": "zebedee"}, NOW, "limited-time")
    item["overrideReason"]["userComment"] = WORDS
    for member in ("card", "outcome", "outcomeTimestamp", "overrideReason"):
        for spoilt in SPOILT:
            if (member, type(spoilt)) in (("card", str), ("overrideReason", dict)):
                continue
            body = json.dumps({"feedback": [{**item, member: spoilt}]}).encode()
            yield f"feedback {member}", f"{CALL}/feedback", body, HEADERS
    yield "feedback", f"{CALL}/feedback", json.dumps({"feedback": WORDS}).encode(), HEADERS
    yield "feedback cut", f"{CALL}/feedback", json.dumps({"a": WORDS}).encode()[:-2], HEADERS


def answered(view: Json, book: Json) -> Iterator[tuple[str, bytes]]:
    """Requests that are answered, with as many doubts as a record can have."""
    yield CALL, json.dumps(view).encode()
    yield (
        CALL,
        json.dumps({**view, "hookInstance": "b9f6f1a2-0000-4000-8000-00000000000a"}).encode(),
    )
    yield BOOKING, json.dumps(book).encode()
    for key in view["prefetch"]:
        for spoilt in (*SPOILT, None, {"resourceType": "Zebedee"}):
            prefetch = {**view["prefetch"], key: spoilt}
            yield CALL, json.dumps({**view, "prefetch": prefetch}).encode()
    damaged = a_bundle(copd(ID, clinicalStatus="Zebedee"), {"resourceType": 7, "id": WORDS})
    prefetch = {**view["prefetch"], "conditions": damaged}
    yield CALL, json.dumps({**view, "prefetch": prefetch}).encode()


def heard(card: Json) -> Iterator[Json]:
    """Feedback that is heard, with a comment wherever there is room."""
    comment = closed(card, NOW, "limited-time", zebedee=WORDS)
    comment["overrideReason"]["userComment"] = WORDS
    comment["overrideReason"]["reason"]["display"] = WORDS
    yield {"feedback": [comment], "extension": {"zebedee": WORDS}}
    own = closed(card, NOW)
    own["overrideReason"] = {"userComment": WORDS}
    yield {"feedback": [own]}
    unheard_of = closed(card, NOW + timedelta(minutes=1))  # or it would repeat the one before
    unheard_of["overrideReason"] = {"reason": {"code": WORDS, "system": NHS_NUMBER}}
    yield {"feedback": [unheard_of]}
    yield {"feedback": [closed({"uuid": f"Zebedee {NHS_NUMBER}"}, NOW)]}
    yield {"feedback": [{**taken(card, {"uuid": WORDS}, NOW), "userComment": WORDS}]}
    yield {"feedback": [taken(card, card["suggestions"][-1], NOW)]}


# ---- sinks ----------------------------------------------------------------------------------


def found_in(text: str | bytes, *, and_id: bool = True) -> list[str]:
    """The secrets that a sink holds."""
    low = (text.decode("utf-8", "replace") if isinstance(text, bytes) else text).lower()
    return [secret for secret in (*SECRETS, *([ID] if and_id else [])) if secret in low]
