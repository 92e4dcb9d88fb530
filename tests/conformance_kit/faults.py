"""Every planted fault: what is wrong, and exactly which requirements that breaks."""

from typing import Any

from tests.conformance_kit.wrong import Fault, Json, Spoil


def breaks(which: str) -> frozenset[str]:
    return frozenset(which.split())


def on_card(which: str, change: Spoil) -> Fault:
    return Fault(breaks(which), cards=(change,))


def on_answer(which: str, change: Spoil) -> Fault:
    return Fault(breaks(which), answer=change, asks="")


def listed(which: str, change: Spoil) -> Fault:
    """A change to the first service that discovery lists; the second is asked, which is right."""

    def spoil(whole: Json) -> object:
        return change(whole["services"][0])

    return Fault(breaks(which), discovery=spoil, asks="orders")


def habit(which: str, does: str) -> Fault:
    return Fault(breaks(which), does=does)


def anywhere(which: str, does: str) -> Fault:
    """A habit that the smaller service shows as well."""
    return Fault(breaks(which), does=does, asks="orders")


def token(which: str, does: str) -> Fault:
    return Fault(breaks(which), does=does, signed=True, asks="orders")


def put(*path: str | int, value: object) -> Spoil:
    """A value at a path."""

    def change(whole: Json) -> None:
        place: Any = whole  # a step into a list is a number
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def less(*path: str | int) -> Spoil:
    """Without what stands at a path."""

    def change(whole: Json) -> None:
        place: Any = whole  # a step into a list is a number
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


def both(*changes: Spoil) -> Spoil:
    def change(whole: Json) -> None:
        for one in changes:
            one(whole)

    return change


FIRST, SECOND = ("suggestions", 0), ("suggestions", 1)
CREATE, UPDATE, DELETE = ((*FIRST, "actions", number) for number in range(3))
SEARCH = ("prefetch", "procedures")
OF = "{{context.patientId}}"
SAME = "00000000-0000-4000-8000-00000000000a"
ELSE = {"reference": "Patient/somebody-else"}

CARDS = {
    "a null on a card": on_card("J2", put("detail", value=None)),
    "a null in a suggestion": on_card("J2", put(*SECOND, "isRecommended", value=None)),
    "an empty list of links": on_card("J3", put("links", value=[])),
    "an empty list of actions": on_card("J3", put(*SECOND, "actions", value=[])),
    "an empty detail": on_card("J3", put("detail", value="")),
    "an empty source topic": on_card("J3 C5", put("source", "topic", value={})),
    "a summary of 140": on_card("C1", put("summary", value="x" * 140)),
    "no summary": on_card("C1", less("summary")),
    "a summary that is a number": on_card("C1", put("summary", value=140)),
    "an unknown indicator": on_card("C2", put("indicator", value="hard-stop")),
    "no indicator": on_card("C2", less("indicator")),
    "no label on a source": on_card("C3", less("source", "label")),
    "no source": on_card("C3", less("source")),
    "half an address in a source": on_card("C4", put("source", "url", value="/gaps")),
    "an icon without an address": on_card("C4", put("source", "icon", value="gaps.png")),
    "a topic without a system": on_card("C5", less("source", "topic", "system")),
    "no uuid on a card": on_card("C6", less("uuid")),
    "a detail that is a list": on_card("C7", put("detail", value=["Nothing."])),
    "no selectionBehavior": on_card("C8", less("selectionBehavior")),
    "an unknown selectionBehavior": on_card("C9", put("selectionBehavior", value="all")),
    "an override reason without display": on_card("C10", less("overrideReasons", 0, "display")),
    "an override reason without system": on_card("C10", less("overrideReasons", 0, "system")),
    "a link without a label": on_card("C11", less("links", 0, "label")),
    "half an address on a link": on_card("C12", put("links", 0, "url", value="/more")),
    "a script as a link": on_card("C12", put("links", 0, "url", value="javascript:alert(1)")),
    "an unknown type of link": on_card("C13", put("links", 0, "type", value="web")),
    "an appContext on an absolute link": on_card("C14", put("links", 0, "appContext", value="x")),
    "an appContext that is an object": on_card(
        "C14", put("links", 1, "appContext", value={"a": 1})
    ),
    "autolaunchable as a text": on_card("C15", put("links", 1, "autolaunchable", value="no")),
    "a suggestion without a label": on_card("C16", less(*FIRST, "label")),
    "suggestions without a uuid": on_card("C17", both(less(*FIRST, "uuid"), less(*SECOND, "uuid"))),
    "two suggestions with one uuid": on_card(
        "C17", both(put(*FIRST, "uuid", value=SAME), put(*SECOND, "uuid", value=SAME))
    ),
    "isRecommended as a text": on_card("C18", put(*FIRST, "isRecommended", value="yes")),
    "two recommended of which one": on_card("C19", put(*SECOND, "isRecommended", value=True)),
    "suggestions that are no list": on_card("C20", put("suggestions", value={"label": "x"})),
    "links that are texts": on_card("C20", put("links", value=["https://example.org"])),
    "an unknown actionSelectionBehavior": on_card(
        "C21", put(*FIRST, "actionSelectionBehavior", value="some")
    ),
    "a misspelt member": on_card("C22", put("override_reasons", value=["no-time"])),
    "a member on a link": on_card("C22", put("links", 0, "href", value="https://example.org")),
    "HTML in a detail": on_card("C23", put("detail", value="<b onclick=x>Look</b>")),
    "an unknown type of action": on_card("C30", put(*CREATE, "type", value="patch")),
    "an action without a description": on_card("C31", less(*CREATE, "description")),
    "a create without a resource": on_card("C32", less(*CREATE, "resource")),
    "an update without a resource": on_card("C33", less(*UPDATE, "resource")),
    "an update without an id": on_card("C33", less(*UPDATE, "resource", "id")),
    "a delete without a resourceId": on_card("C34", less(*DELETE, "resourceId")),
    "a delete with half a resourceId": on_card("C34", put(*DELETE, "resourceId", value="2")),
    "a resource without its type": on_card("J5", less(*CREATE, "resource", "resourceType")),
    "a null in a resource": on_card("J5", put(*CREATE, "resource", "focus", value=None)),
    "a resource about another patient": on_card("S7", put(*CREATE, "resource", "for", value=ELSE)),
}

ANSWERS = {
    "no cards at all": on_answer("S1", less("cards")),
    "cards that are an object": on_answer("S1", put("cards", value={"a": 1})),
    "an empty systemActions": on_answer("S3", put("systemActions", value=[])),
    "systemActions that are an object": on_answer("S3", put("systemActions", value={"a": 1})),
    "a systemAction without a description": on_answer(
        "C31", put("systemActions", value=[{"type": "delete", "resourceId": "Task/1"}])
    ),
    "an extension that is a list": on_answer("S6", put("extension", value=["x"])),
    "a null beside the cards": on_answer("J2", put("systemAction", value=None)),
    "204 for nothing to say": habit("S1", "says nothing with 204"),
    "an answer sent as text": habit("J1", "answers as text"),
    "an answer that is a word": habit("J1", "answers with a word"),
    "one uuid for ever": habit("C6", "uses a uuid for ever"),
    "one answer for every patient": habit("C6 S7", "caches"),
    "slow answers": habit("L1", "is slow"),
}

DISCOVERY = {
    "discovery elsewhere": Fault(breaks("D1"), does="is not there", asks=""),
    "services that are an object": Fault(
        breaks("D2"), discovery=put("services", value={"a": 1}), asks=""
    ),
    "no services": Fault(breaks("D2"), discovery=less("services"), asks=""),
    "a service without a hook": listed("D4", less("hook")),
    "a service without an id": listed("D5", less("id")),
    "an id with a space": listed("D5", put("id", value="my gaps")),
    "a service without a description": listed("D6", less("description")),
    "a service without a title": listed("D7", less("title")),
    "prefetch that is a list": listed("D8", put("prefetch", value=["Patient"])),
    "usageRequirements as a list": listed("D9", put("usageRequirements", value=["x"])),
    "STU2 as a version": listed("D10", put("version", value="STU2")),
    "a number as hookVersion": listed("D11", put("hookVersion", value=1)),
    "an extension without a domain": listed("D12", put("extension", value={"colour": "blue"})),
    "a service twice": Fault(
        breaks("D13"),
        discovery=lambda whole: whole["services"].append(whole["services"][0]),
        asks="orders",
    ),
    "a null in discovery": listed("J2", put("usageRequirements", value=None)),
    "single braces": listed("P1", put(*SEARCH, value="Procedure?patient={context.patientId}")),
    "a token that nobody knows": listed(
        "P2", put(*SEARCH, value="Procedure?patient={{patientId}}")
    ),
    "draft orders as a token": listed(
        "P3", put(*SEARCH, value="Procedure?_id={{context.draftOrders}}")
    ),
    "a path into draft orders": listed(
        "P3", put(*SEARCH, value="Procedure?_id={{context.draftOrders.Procedure.id}}")
    ),
    "today as a token": listed(
        "P4", put(*SEARCH, value=f"Procedure?patient={OF}&date=gt{{{{today()}}}}")
    ),
    "a chained parameter": listed(
        "P5", put(*SEARCH, value=f"Procedure?patient={OF}&subject.name=x")
    ),
    "resources taken along": listed(
        "P5", put(*SEARCH, value=f"Procedure?patient={OF}&_include=Procedure:encounter")
    ),
    "a modifier that few know": listed(
        "P5", put(*SEARCH, value=f"Procedure?patient={OF}&code:not=1")
    ),
    "every procedure of everybody": listed("P5", put(*SEARCH, value="Procedure")),
    "a template that is an object": listed("P6", put(*SEARCH, value={"query": "Procedure"})),
    "a template with a server": listed(
        "P6", put(*SEARCH, value=f"https://fhir.example/Procedure?patient={OF}")
    ),
}

CALLS = {
    "another hook is answered": anywhere("Q1", "takes any hook"),
    "no hook is answered": anywhere("Q2", "takes no hook"),
    "no hookInstance is answered": anywhere("Q3", "takes no hookInstance"),
    "a hookInstance that is no UUID": anywhere("Q4", "takes any hookInstance"),
    "no context is answered": Fault(breaks("Q5"), does="takes no context", asks="orders"),
    "no patientId is answered": Fault(breaks("Q6"), does="takes no patientId", asks="orders"),
    "no userId is answered": anywhere("Q9", "takes no userId"),
    "a member twice": habit("Q10", "takes a member twice"),
    "an extension is an error": anywhere("Q7", "takes no extension"),
    "an unknown member is an error": habit("Q8", "takes nothing unknown"),
    "an unknown key is an error": habit("Q8", "takes no unknown key"),
    "200 for a broken body": anywhere("E1", "answers broken bodies"),
    "500 for a broken body": anywhere("E4", "falls over broken bodies"),
    "422 in pydantic's words": anywhere("E2 E3 S5", "speaks pydantic"),
    "a stack in an error": anywhere("E3", "shows its stack"),
    "errors as plain text": anywhere("S5", "has plain errors"),
    "a page for what is not there": anywhere("S5", "has a page for what is missing"),
    "an answer for every name": anywhere("E5", "answers for everybody"),
    "text is read as JSON": anywhere("E6", "takes text"),
    "a GET is answered": anywhere("E7", "answers a GET"),
    "an error repeats the body": anywhere("E8", "repeats"),
    "silence after a broken body": habit("E9", "dies of a bad call"),
    "500 on missing prefetch": habit("R1 R3 E4", "falls over what is missing"),
    "silence on missing prefetch": habit("R3", "says nothing of what is missing"),
    "an absent key taken for empty": habit("R3", "takes what is absent for empty"),
    "an OperationOutcome taken for empty": habit("R2", "takes an error for empty"),
    "an OperationOutcome overlooked": habit("R2", "overlooks an error in a list"),
    "the first page taken for all": habit("R4", "overlooks further pages"),
    "a card about two patients": habit("R6", "mixes patients"),
    "a condition of somebody else": habit("R6", "looks at nobody's subject"),
    "null is an error": habit("R9", "takes no null"),
    "anything taken for empty": habit("R8", "takes anything for empty"),
    "any FHIR server is called": habit("F5", "calls any server"),
    "a token that comes back": habit("F3", "repeats the token"),
}

FEEDBACK = {
    "no feedback": habit("B1", "has no feedback"),
    "500 on feedback": habit("B1 E4", "falls over feedback"),
    "feedback without a list": habit("B2", "takes no list"),
    "feedback without a card": habit("B3", "takes no card"),
    "feedback with any outcome": habit("B4", "takes any outcome"),
    "feedback without a time": habit("B5", "takes no time"),
    "no fractions of a second": habit("B5", "takes no fractions"),
    "acceptedSuggestions are an error": habit("B6", "takes no suggestions"),
    "a comment alone is an error": habit("B7", "takes no comment"),
    "override reasons are an error": habit("B7 B8", "takes no reason"),
    "one item at a time": habit("B8 B11", "takes one item"),
    "an unknown card is an error": habit("B11", "knows every card"),
}

BROWSERS = {
    "every origin with credentials": anywhere("O7 O8", "lets every origin in with credentials"),
    "each origin repeated": anywhere("O7 O8", "repeats every origin with credentials"),
    "every origin": anywhere("O8", "lets every origin in"),
    "a token from browsers": anywhere("O4", "wants a token from browsers"),
    "errors that browsers cannot read": anywhere("O6", "hides errors from browsers"),
    "answers that browsers cannot read": anywhere("O5", "hides answers from browsers"),
    "no token from browsers": anywhere("O1 O2 O3", "lets no token in"),
    "no feedback from browsers": anywhere("O3", "knows no browsers at feedback"),
}

TOKENS = {
    "keys of any address": token("A1", "fetches any keys"),
    "the address with a slash": token("A4", "takes a slash behind"),
    "a life of a day": token("A5", "takes a long life"),
    "a jti at two addresses": token("A8", "takes a jti at each address"),
    "any issuer": token("A1", "takes any issuer"),
    "no signature": token("A2", "takes no signature"),
    "a shared secret": token("A2", "takes shared secrets"),
    "any signature": token("A1 A11", "takes any signature"),
    "any audience": token("A4", "takes any audience"),
    "the base as audience": token("A4", "takes a base as audience"),
    "no list of audiences": token("A4", "takes no list of audiences"),
    "a token that has passed": token("A12", "takes what has passed"),
    "a token of tomorrow": token("A12", "takes what is to come"),
    "a token that lacks a claim": token("A12", "takes what lacks a claim"),
    "no token": token("A6", "wants no token"),
    "no token for feedback": token("A6", "wants no token for feedback"),
    "a token twice": token("A8", "takes it twice"),
    "a 401 that tells why": token("A9", "tells why"),
    "500 on a word": token("A11", "falls over words"),
}

# Faults of cards are all on one table, a card each; the others have an answer of their own.
EVERY_CARD = Fault(
    frozenset[str]().union(*(fault.breaks for fault in CARDS.values())),
    cards=tuple(spoil for fault in CARDS.values() for spoil in fault.cards),
)
FAULTS = ANSWERS | DISCOVERY | CALLS | FEEDBACK | BROWSERS | TOKENS
