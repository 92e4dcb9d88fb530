"""The client's FHIR server: what can be told of it from outside (F1 to F6)."""

import socket
from urllib.parse import urlsplit

from cds_hooks.conformance.asking import Asked, Asking
from cds_hooks.conformance.calls import less, more
from cds_hooks.conformance.errors import a_word
from cds_hooks.conformance.notes import Notes
from cds_hooks.conformance.people import Person
from cds_hooks.conformance.shapes import Json

# How long, in seconds, a service that calls back may take to do so after it has answered.
_WAIT = 0.03
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def not_seen_from_outside(notes: Notes) -> None:
    """What nobody can tell who only asks."""
    notes.not_tried("What is sent to a FHIR server cannot be seen from here.", "F2", "F6")
    notes.not_tried("What a service keeps or logs cannot be seen from outside.", "F3")
    notes.not_tried("It is agreed beforehand, between people.", "F4")


def fetched(asking: Asking, given: Person | None, server: str) -> None:
    """F1: without any prefetch, the same answer from the client's server.

    It is one view, asked about twice: a service that speaks once may be quiet at the next.
    """
    if not server or given is None:
        why = "It takes a FHIR server that holds the person of a bundle (--fhir-server, --patient)."
        asking.notes.not_tried(why, "F1")
        return
    whole = asking.call(given)
    answer = asking.caller.post(asking.path, more(fhirServer=server)(less("prefetch")(whole)))
    with_prefetch = asking.caller.post(asking.path, whole)
    what = "no prefetch, but a FHIR server"
    asking.look(answer, what, given.id)
    same = answer.status == 200 and _summaries(answer.cards) == _summaries(with_prefetch.cards)
    says = "another answer than with prefetch" if answer.status == 200 else answer.came
    asking.notes.expect("F1", same, says, asking.where(what))


def _summaries(cards: list[Json]) -> list[str]:
    return sorted(str(card.get("summary")) for card in cards)


def strange_server(asking: Asking, usual: Asked) -> None:
    """F5: a FHIR server that nobody agreed on is not called, and its token not repeated."""
    if urlsplit(asking.caller.base).hostname not in _HERE:
        why = "Whether a server was called can be seen only where both run on this machine."
        asking.notes.not_tried(why, "F5")
        return
    word = a_word()
    access: Json = {
        "access_token": word,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.read",
        "subject": "conformance",
    }
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = f"http://127.0.0.1:{listening.getsockname()[1]}/fhir"

        def change(call: Json) -> Json:
            return more(fhirServer=server, fhirAuthorization=access)(less("prefetch")(call))

        what = "a FHIR server that nobody knows"
        answer = asking.ask(usual.person, what, change).answer
        asking.notes.expect("F5", not _called(listening), "was called", asking.where(what))
    if word in answer.text:
        asking.notes.expect("F3", False, "the token came back", asking.where(what))


def _called(listening: socket.socket) -> bool:
    listening.settimeout(_WAIT)
    try:
        connection, _ = listening.accept()
    except TimeoutError:
        return False
    connection.close()
    return True
