"""Calls with something missing, wrong, unknown or twice in them (Q1 to Q10), and no calls."""

import json
from collections.abc import Callable
from uuid import uuid4

from cds_hooks.conformance.asking import Asked, Asking
from cds_hooks.conformance.errors import a_word
from cds_hooks.conformance.hooks import HOOKS
from cds_hooks.conformance.shapes import Json

Change = Callable[[Json], Json]
_OTHER_HOOK = "conformance.example.another-hook"


def less(name: str) -> Change:
    """A call without a member."""
    return lambda call: {key: value for key, value in call.items() if key != name}


def more(**members: object) -> Change:
    """A call with further or other members."""
    return lambda call: {**call, **members}


def context_less(name: str) -> Change:
    """A call without a field of its context."""
    return lambda call: {**call, "context": less(name)(call["context"])}


def what_must_not_be_answered(asking: Asking, usual: Asked) -> None:
    """Calls that lack what a call needs: each is an error of the caller's."""
    known = HOOKS.get(asking.listed.hook)
    required = known.required if known else frozenset[str]()
    wrong: list[tuple[str, str, Change]] = [
        ("Q1", "a call for another hook", more(hook=_OTHER_HOOK)),
        ("Q2", "a call without a hook", less("hook")),
        ("Q3", "a call without a hookInstance", less("hookInstance")),
        ("Q4", "a hookInstance that is no UUID", more(hookInstance="not-a-uuid")),
        ("Q5", "a call without a context", less("context")),
        ("Q5", "a context that is no object", more(context="nobody")),
        ("E4", "a hookInstance that is a number", more(hookInstance=1)),
        ("E4", "a prefetch that is a list", more(prefetch=[])),
        ("E4", "a hook that is a number", more(hook=1)),
    ]
    for which, field in (("Q6", "patientId"), ("Q9", "userId")):
        if field in required:
            wrong.append((which, f"a context without a {field}", context_less(field)))
        else:
            asking.notes.not_tried(f"No hook that was asked is known to require a {field}.", which)
    for which, what, change in wrong:
        asked = asking.ask(usual.person, what, change)
        if which != "E4":
            answer = asked.answer
            fell = answer.status >= 500 or answer.status == 0  # told of by itself
            asking.notes.expect(which, answer.refuses or fell, answer.came, asking.where(what))


def what_must_be_tolerated(asking: Asking, usual: Asked) -> None:
    """Members that nobody knows change nothing."""
    extension = {"org.example.conformance": {"note": a_word(), "list": [1, 2]}}
    fine: list[tuple[str, str, Change]] = [
        ("Q7", "a call with an extension", more(extension=extension)),
        ("Q8", "a call with a member that nobody knows", more(conformanceMember={"a": 1})),
        (
            "Q8",
            "a context with a field that nobody knows",
            lambda call: {**call, "context": {**call["context"], "conformanceField": "1"}},
        ),
    ]
    if asking.listed.prefetch:
        another = {"resourceType": "Bundle", "type": "searchset"}
        fine.append((
            "Q8",
            "a prefetch key that nobody asked for",
            lambda call: {**call, "prefetch": {**call["prefetch"], "conformanceKey": another}},
        ))  # fmt: skip
    for which, what, change in fine:
        asked = asking.ask(usual.person, what, change)
        same = asked.answer.status == 200 and asked.said == usual.said
        says = asked.answer.came if asked.answer.status != 200 else "it changed the answer"
        asking.notes.expect(which, same, says, asking.where(what))


def bodies_that_are_no_call(asking: Asking, usual: Asked) -> None:
    """E1 to E8: whatever is sent, an error that says so."""
    word = a_word()
    deep = b'{"hook":' + b"[" * 5_000 + b"]" * 5_000 + b"}"
    bodies = {
        "an empty body": b"",
        "half a body": b'{"hook": "' + word.encode(),
        "a list": b"[]",
        "a null": b"null",
        "a text": b'"patient-view"',
        "bytes that are no UTF-8": b'{"hook": "\xff\xfe"}',
        "a body 5,000 deep": deep,
    }
    notes = asking.notes
    for what, body in bodies.items():
        answer = asking.caller.post(asking.path, body)
        asking.look(answer, what)
        where = asking.where(what)
        notes.expect("E1", answer.status != 200, "was answered as a call", where)
        if answer.refuses:
            notes.expect("E2", answer.status in (400, 413), answer.came, where)
            notes.expect("E8", word not in answer.text, "repeats what was sent", where)
    what = "a body sent as plain text"
    plain = asking.caller.post(
        asking.path, asking.call(usual.person.somebody_new()), content_type="text/plain"
    )
    notes.expect("E6", plain.status != 200, "was answered as JSON", asking.where(what))
    if plain.status != 200:
        asking.look(plain, what)
    got = asking.caller.get(asking.path)
    asking.look(got, "GET")
    notes.expect("E7", got.refuses, got.came, asking.where("GET"))
    what = "a hookInstance with a word of ours"
    asked = asking.ask(usual.person, what, more(hookInstance=word))
    if asked.answer.status != 200:
        says = "repeats what was sent"
        notes.expect("E8", word not in asked.answer.text, says, asking.where(what))


def members_named_twice(asking: Asking, usual: Asked) -> None:
    """Q10: whoever read such a call before, a proxy or an audit, may have read the other member."""
    other, empty = '"patientId": "conformance-other"', '{"resourceType": "Bundle"}'
    before = {"the context twice": ("{", f'"context": {{{other}}}, ')}
    if "patientId" in usual.call["context"]:
        before["the patientId twice"] = '"context": {', f"{other}, "
    for key in asking.listed.lists[:1]:
        before[f"{key} twice"] = '"prefetch": {', f"{json.dumps(key)}: {empty}, "
    for what, (place, first) in before.items():
        call = asking.call(usual.person.somebody_new())
        body = json.dumps(call).replace(place, place + first, 1)
        answer = asking.caller.post(asking.path, body.encode())
        asking.look(answer, what, str(call["context"].get("patientId", "")))
        fell = answer.status >= 500 or answer.status == 0  # told of by itself
        asking.notes.expect("Q10", answer.refuses or fell, answer.came, asking.where(what))


def nobody_home(asking: Asking) -> None:
    """E5: a service that is not there."""
    what = "a service that is not there"
    answer = asking.caller.post(f"/conformance-{uuid4().hex[:8]}", {})
    asking.look(answer, what)
    fine = answer.status == 404 or (answer.status >= 500 or answer.status == 0)  # told of as E4
    asking.notes.expect("E5", fine, answer.came, asking.where(what))


def as_before(asking: Asking, usual: Asked) -> None:
    """E9: nothing that was sent has changed how the next call is answered."""
    asked = asking.ask(usual.person, "the first call once more")
    same = asked.answer.status == usual.answer.status and asked.said == usual.said
    says = f"another answer than at first: {asked.answer.came}"
    asking.notes.expect("E9", same, says, asking.where("the first call once more"))
