"""Each limit, at the limit and one over it; and what a thousand bad bodies leave behind: nothing.

The bytes of a body and its content types are in ``test_errors.py``.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_hooks.limits import MOST_BYTES, MOST_DEPTH, MOST_RESOURCES, check_body
from cds_hooks.refusals import BadRequest, TooLarge
from tests.builders import a_bundle
from tests.conformance.standard import NOT_OURS, check_refusal, members
from tests.fhir_builders import COPD_RULE, margaret
from tests.lengths import only
from tests.served import BOOK, VIEW, Json, Running, Surgery, piloting, serving
from tests.strategies import JSON

SOAK = settings().max_examples > 200

# ---- depth ----------------------------------------------------------------------------------


def lists(deep: int) -> object:
    return json.loads("[" * deep + "]" * deep)


def objects(deep: int) -> object:
    return json.loads('{"a":' * deep + "1" + "}" * deep)


def among_others(deep: int) -> object:
    """Each level with ordinary things before and after what is below it."""
    return json.loads('{"before":[{"x":[]}],"a":' * deep + "[1]" + ',"after":{}}' * deep)


NESTED: dict[str, tuple[Callable[[int], object], int]] = {
    "lists": (lists, 0),
    "objects": (objects, 0),
    "among others": (among_others, 3),
}


@pytest.mark.parametrize(("nested", "more"), NESTED.values(), ids=NESTED)
@pytest.mark.parametrize("spaces", [None, 1])
def test_a_body_nested_64_deep_is_read_and_one_deeper_is_400(
    service: Surgery, nested: Callable[[int], object], more: int, spaces: int | None
) -> None:
    call = service.a_call(margaret())
    for too_deep in (True, False):
        deep = MOST_DEPTH - 1 - more + too_deep  # the body itself is the first
        sent = json.dumps({**call, "extension": nested(deep)}, indent=spaces).encode()
        if too_deep:
            check_refusal(service.post(sent), 400, f"deeper than {MOST_DEPTH}")
        else:
            assert service.post(sent).decided(COPD_RULE) == "card"


@pytest.mark.parametrize(
    "text", ["[" * 400, "]" * 400, "{" * 5 + "]" * 9, '\\"[' * 90, "\\\\", '"' + "[" * 90, '\\"\\']
)
def test_brackets_inside_a_text_do_not_count(service: Surgery, text: str) -> None:
    call = service.a_call(margaret())
    sent = json.dumps({**call, "extension": {"com.example": [text, {text: text}]}}).encode()
    assert service.post(sent).decided(COPD_RULE) == "card"


def depth(value: object) -> int:
    inner = max((depth(one) for _, one in members(value)), default=0)
    return inner + 1 if isinstance(value, dict | list) else 0


def nest(value: object, level: int, text: str) -> object:
    if level % 2:
        empty: Json = {}
        return [value, empty, "[" * (level % 3)]
    return {"b": text, "a": value}


@given(JSON, st.integers(0, 70), st.text(alphabet='[]{}"\\a\n', max_size=12), st.booleans())
def test_depth_is_counted_as_json_counts_it(
    value: object, more: int, text: str, wide: bool
) -> None:
    """Texts here hold brackets that are balanced or open; closing ones alone are below."""
    for level in range(more):
        value = nest(value, level, text.strip("]}"))
    body = json.dumps(value, indent=1 if wide else None).encode()
    if depth(value) <= MOST_DEPTH:
        check_body(body)
    elif not any(closing in text for closing in "]}"):
        with pytest.raises(BadRequest):
            check_body(body)


@pytest.mark.parametrize("deep", [20, 60, 150, 300, 420, 480, 900, 20_000])
def test_depth_that_hides_behind_brackets_in_texts_does_no_harm(
    service: Surgery, deep: int
) -> None:
    """The quick look takes it for shallow; the decoder has a limit of its own."""
    items = '{"item":[{"linkId":"]}"},' * deep + "{}" + ',{"linkId":"{["}]}' * deep
    form = '{"resource":{"resourceType":"QuestionnaireResponse","status":"completed",'
    form += f'"subject":{{"reference":"Patient/test-person"}},"item":[{items}]}}}}'
    call = service.a_call(margaret())
    call["prefetch"]["documents"]["entry"] = ["HERE"]
    reply = service.post(json.dumps(call).replace('"HERE"', form).encode())
    assert reply.status in (200, 400)
    if reply.status == 400:
        check_refusal(reply, 400)


# ---- resources ------------------------------------------------------------------------------


def many(number: int, call: Json, resource: Json | None) -> Json:
    entries = [{"resource": resource} if resource else {} for _ in range(number)]
    return {**call, "prefetch": {**call["prefetch"], "flags": {**a_bundle(), "entry": entries}}}


def others(call: Json) -> int:
    """How many resources a call holds already, besides its flags."""
    values = [value for key, value in call["prefetch"].items() if key != "flags"]
    return sum(len(v["entry"]) if v and "entry" in v else 1 for v in values)


SUBJECT: Json = {"reference": "Patient/test-person"}
FLAG: Json = {"resourceType": "Flag", "status": "inactive", "subject": SUBJECT}
OTHER: Json = {"resourceType": "Basic", "subject": SUBJECT}
ENTRIES: dict[str, Json | None] = {"flags": FLAG, "of another sort": OTHER, "nothing": None}


@pytest.mark.parametrize("resource", ENTRIES.values(), ids=ENTRIES)
def test_five_thousand_resources_are_read_and_one_more_is_413(
    service: Surgery, resource: Json | None
) -> None:
    call = service.a_call(margaret())
    room = MOST_RESOURCES - others(call)
    over = service.post(json.dumps(many(room + 1, call, resource)).encode())
    check_refusal(over, 413, "5,000")
    assert service.post(json.dumps(many(room, call, resource)).encode()).status == 200


@pytest.mark.parametrize("spelt", ["a Bundle", "a list"])
def test_resources_in_the_context_count_too(service: Surgery, spelt: str) -> None:
    call = service.a_call(margaret(), hook=BOOK)
    who = [{"actor": SUBJECT, "status": "accepted"}]
    booking: Json = {"resourceType": "Appointment", "status": "proposed", "participant": who}
    for number, status in ((MOST_RESOURCES, 413), (10, 200)):
        listed = [booking] * number
        call["context"]["appointments"] = listed if spelt == "a list" else a_bundle(*listed)
        # Spelt so that no quick look at the bytes finds them.
        body = json.dumps(call).replace('"Appointment"', '"Appointmen\\u0074"')
        reply = service.post(body.replace('"resourceType"', '"resourceTyp\\u0065"').encode(), BOOK)
        assert reply.status == status, reply.text[:200]


def test_drafts_and_medications_in_the_context_count_too(service: Surgery) -> None:
    call = service.a_call(margaret())
    for name in ("draftOrders", "medications"):
        among = {**call["context"], name: a_bundle(*[OTHER] * MOST_RESOURCES)}
        check_refusal(service.ask({**call, "context": among}), 413, "5,000")


def test_resources_count_whatever_else_is_wrong_with_them(service: Surgery) -> None:
    """Where one of them cannot be read, each of the others is read by itself."""
    call = many(MOST_RESOURCES, service.a_call(margaret()), None)
    call["prefetch"]["flags"]["entry"].append({"resource": 1})
    check_refusal(service.post(json.dumps(call).encode()), 413, "5,000")


def test_a_body_of_very_many_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(TooLarge):
        check_body(b'[{"resourceType":"Flag","id":"a-long-one-as-they-are-in-practice"}' * 20_000)


# ---- two hundred bad bodies -----------------------------------------------------------------


def bad(chance: random.Random, whole: bytes) -> tuple[bytes, dict[str, str]]:
    """A body that is too large, too deep, of too many, cut off, packed, or of another sort."""
    size = chance.randrange(1, MOST_BYTES)
    head = {"content-type": "application/json"}
    return chance.choice(
        [
            (b" " * (MOST_BYTES + 1 + size), head),
            (b"[" * size, head),
            (b'{"a":' * (size // 6) + b"1" + b"}" * (size // 6), head),
            (b'{"prefetch":' + b"[[]," * (size // 4), head),
            (whole.replace(b'"entry": []', b'"entry": [' + b"{}," * 9999 + b"{}]", 1), head),
            (whole[: size % len(whole)], head),
            (whole, {**head, "content-encoding": chance.choice(["gzip", "br", "deflate"])}),
            (whole, {"content-type": chance.choice(["text/plain", "text/xml", "image/png"])}),
            (chance.randbytes(size // 8), head),
            (b'{"hook":"' + b"a" * size + b'"}', head),
        ]
    )


def resident(running: Running) -> float:
    """The memory of the service, in MB."""
    pages = int(Path(f"/proc/{running.process.pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def test_bad_bodies_are_all_refused_and_leave_nothing_behind(
    tmp_path: Path, all_day: Surgery
) -> None:
    chance = random.Random(4)
    whole = json.dumps(all_day.a_call(margaret())).encode()
    seen: Counter[int] = Counter()
    piloting(tmp_path / "practice", COPD_RULE)
    with serving(tmp_path, tmp_path / "practice") as running:

        def send(times: int) -> None:
            for _ in range(times):
                body, headers = bad(chance, whole)
                with suppress(BrokenPipeError, ConnectionResetError):  # not all of it was read
                    reply = running.send("POST", f"/cds-services/good-day-{VIEW}", body, headers)
                    seen[reply.status] += 1
                    assert reply.body["resourceType"] == "OperationOutcome"
                    assert not [word for word in NOT_OURS if word in reply.text.lower()]

        send(only(60, 200))
        before = resident(running)
        send(10_000 if SOAK else only(60, 200))
        assert resident(running) - before < 20
    assert set(seen) == {400, 413, 415}
