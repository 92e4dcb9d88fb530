"""What may stand under a prefetch key, and what an answer may be built on (R1 to R9).

A fault here is told by the cards. The kit looks for a key that holds cards back: with its list
emptied a card comes that was not there before. Then that card must not come where the list could
not be read, was sent in part, or was not sent at all.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cds_hooks.conformance.asking import Asked, Asking, Said, with_key, without_key
from cds_hooks.conformance.calls import less, more
from cds_hooks.conformance.hooks import bundle
from cds_hooks.conformance.shapes import Json, objects, within

EMPTY: Json = {"resourceType": "Bundle", "type": "searchset", "total": 0}
_FAILED: Json = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "exception", "diagnostics": "It cannot be read."}],
}
_FIRST_PAGE: Json = {
    "resourceType": "Bundle",
    "type": "searchset",
    "total": 40,
    "link": [{"relation": "next", "url": "https://fhir.invalid/next?conformance-page=2"}],
}


@dataclass(frozen=True, slots=True)
class Silencer:
    """A key whose list keeps cards from coming: with it emptied, ``cards`` come."""

    key: str
    whole: Asked
    cards: Said


def silencers(asking: Asking, asked: Iterable[Asked]) -> list[Silencer]:
    """One for each key that has been seen to hold a card back."""
    found: dict[str, Silencer] = {}
    for whole in asked:
        for key in asking.listed.lists:
            held = within(whole.call, "prefetch", key, "entry")
            if key in found or not held:
                continue
            without = asking.ask(whole.person, f"{key} empty", with_key(key, EMPTY))
            if new := without.said - whole.said:
                found[key] = Silencer(key, whole, new)
    return list(found.values())


def nothing_sent(asking: Asking, usual: Asked, empty: Asked) -> None:
    """R1 and R3: the prefetch is absent or an empty object, or one key of it is absent."""
    depends = usual.said != empty.said
    if not depends:
        asking.notes.not_tried("No answer was seen to depend on the prefetch.", "R3")
    for what, change in (
        ("no prefetch at all", less("prefetch")),
        ("an empty prefetch", more(prefetch={})),
    ):
        asked = asking.ask(usual.person, what, change)
        _no_fault(asking, asked, what)
        if depends:
            told = asked.said - usual.said - empty.said  # such as: this could not be checked
            fine = asked.answer.status == 412 or (asked.answer.status == 200 and bool(told))
            asking.notes.expect("R3", fine, asked.answer.came, asking.where(what))
    for key in asking.listed.prefetch:
        what = f"{key} absent"
        _no_fault(asking, asking.ask(usual.person, what, without_key(key)), what)


def _no_fault(asking: Asking, asked: Asked, what: str) -> None:
    answer = asked.answer
    fine = 0 < answer.status < 500
    asking.notes.expect("R1", fine, answer.came, asking.where(what))


def nulls(asking: Asking, usual: Asked) -> None:
    """R9: a client that looked and has nothing may send null."""
    keys = [*usual.call["prefetch"]]
    what = "null under every key"
    asked = asking.ask(usual.person, what, more(prefetch=dict.fromkeys(keys)))
    _read(asking, asked, what)
    for key in asking.listed.lists:
        what = f"{key} null"
        _read(asking, asking.ask(usual.person, what, with_key(key, None)), what)


def _read(asking: Asking, asked: Asked, what: str) -> None:
    status = asked.answer.status
    fine = 200 <= status < 300 or status == 412
    asking.notes.expect("R9", fine, asked.answer.came, asking.where(what))


def not_readable(asking: Asking, usual: Asked, found: Iterable[Silencer]) -> None:
    """R2, R4 and R8: a card must not be built on what could not be read, or on a part of it."""
    states = (
        ("R2", "an OperationOutcome", _FAILED),
        ("R2", "an OperationOutcome in a Bundle", bundle(_FAILED, kind="searchset")),
        ("R4", "the first page of a list", _FIRST_PAGE),
        ("R8", "a text", "nothing"),
        ("R8", "another sort of resource", {"resourceType": "Basic", "id": "conformance"}),
        ("R8", "a number", 0),
    )
    for key in asking.listed.lists:
        asking.ask(usual.person, f"{key} an OperationOutcome", with_key(key, _FAILED))
    for one in found:
        for which, name, value in states:
            what = f"{name} as {one.key}"
            asked = asking.ask(one.whole.person, what, with_key(one.key, value))
            _not_built_on(asking, one, asked, which, what)
        what = f"{one.key} absent"
        asked = asking.ask(one.whole.person, what, without_key(one.key))
        _not_built_on(asking, one, asked, "R3", what)


def _not_built_on(asking: Asking, one: Silencer, asked: Asked, which: str, what: str) -> None:
    built = asked.answer.status == 200 and bool(asked.said & one.cards)
    says = "brings the card that an empty list brings"
    asking.notes.expect(which, not built, says, asking.where(what))


def somebody_else(asking: Asking, usual: Asked) -> None:
    """R6: the prefetch is about one patient, the context about another."""
    what = "prefetch about another patient"

    def another(call: Json) -> Json:
        context = {**call["context"], "patientId": "conformance-somebody-else"}
        return {**call, "context": context}

    asked = asking.ask(usual.person, what, another)
    says = "brings a card"
    asking.notes.expect("R6", not asked.answer.cards, says, asking.where(what))
    for key in asking.listed.lists:
        held = objects(within(usual.call, "prefetch", key, "entry"))
        for place in range(min(len(held), _MOST)):
            _one_of_somebody_elses(asking, usual, key, place)


# How many entries of a list are tried one by one.
_MOST = 5
_ELSE = "Patient/conformance-somebody-else"


def _one_of_somebody_elses(asking: Asking, usual: Asked, key: str, place: int) -> None:
    """One entry that a card needs is somebody else's; the Patient and all others are not."""
    without = asking.ask(usual.person, f"{key} without one", _entry(key, place, lambda _: []))
    lost = usual.said - without.said
    if without.answer.status != 200 or not lost:
        return

    def theirs(entry: Json, call: Json) -> list[Json]:
        ours = f"Patient/{call['context']['patientId']}"
        moved: Json = json.loads(json.dumps(entry).replace(ours, _ELSE))
        return [moved]

    what = f"somebody else's entry among those of {key}"

    def change(call: Json) -> Json:
        return _entry(key, place, lambda entry: theirs(entry, call))(call)

    asked = asking.ask(usual.person, what, change)
    says = "brings the card that needs it"
    asking.notes.expect("R6", not asked.said & lost, says, asking.where(what))


def _entry(key: str, place: int, change: Callable[[Json], list[Json]]) -> Callable[[Json], Json]:
    """A call in which one entry of a list is something else, or is not there."""

    def changed(call: Json) -> Json:
        listed: Json = call["prefetch"][key]
        entries = objects(listed["entry"])
        entries = [*entries[:place], *change(entries[place]), *entries[place + 1 :]]
        rest = {name: value for name, value in listed.items() if name not in ("entry", "total")}
        made = {**rest, "total": len(entries), **({"entry": entries} if entries else {})}
        return {**call, "prefetch": {**call["prefetch"], key: made}}

    return changed
