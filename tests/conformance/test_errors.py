"""Every way to be refused, and that a failure is never an empty list of cards (CDS_HOOKS 1.11).

Each refusal is an OperationOutcome in our own words: no library's, none of the database, and none
of the request. Browser clients can read every one of them, if their origin may call at all.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conformance.standard import check_refusal
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import BOOK, VIEW, Json, Reply, Surgery, piloting, surgery

CALL = f"/cds-services/good-day-{VIEW}"
UUID_ = "0a3a9f6e-1f7d-4f5e-9b1e-6a2f3c4d5e6f"
MIB_2 = 2 * 1024 * 1024

# ---- 400: not a request that CDS Hooks allows ------------------------------------------------

NOT_JSON: dict[str, bytes] = {
    "nothing": b"",
    "spaces": b"   ",
    "a half": b'{"hook": "patient-view"',
    "two values": b"{}{}",
    "single quotes": b"{'hook': 1}",
    "a trailing comma": b'{"hook": "patient-view",}',
    "a comment": b"{} // hello",
    "not UTF-8": b'{"hook": "\xff\xfe"}',
    "not UTF-8 in a name": b'{"\xff": 1}',
    "UTF-16": '{"hook": "patient-view"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "half a character": b'{"hook": "\\ud800"}',
    "a list": b"[]",
    "a text": b'"patient-view"',
    "a number": b"1",
    "null": b"null",
    "NaN": b'{"hook": NaN}',
    "a number too large": b'{"hook": 1e999}',
    "a form": b"hook=patient-view",
    "nested without end": b"[" * 200_000,
    "nested deep in a member": b'{"hook": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
@pytest.mark.parametrize("address", ["", "/feedback"])
def test_a_body_that_is_no_json_object_is_400(all_day: Surgery, body: bytes, address: str) -> None:
    reply = Reply(
        all_day.client.post(
            CALL + address, content=body, headers={"content-type": "application/json"}
        )
    )
    check_refusal(reply, 400)


def without(name: str) -> Callable[[Json], None]:
    return lambda call: call.pop(name)


def with_(name: str, value: object) -> Callable[[Json], None]:
    return lambda call: call.update({name: value})


def context(name: str, value: object) -> Callable[[Json], None]:
    return lambda call: call["context"].update({name: value})


BAD_REQUESTS: dict[str, tuple[Callable[[Json], None], str]] = {
    "no hook": (without("hook"), '"hook"'),
    "no hookInstance": (without("hookInstance"), '"hookInstance"'),
    "no context": (without("context"), '"context"'),
    "hook null": (with_("hook", None), '"hook"'),
    "hook a number": (with_("hook", 1), '"hook"'),
    "another hook": (with_("hook", BOOK), "patient-view"),
    "an unknown hook": (with_("hook", "order-sign"), "patient-view"),
    "hook in other letters": (with_("hook", "Patient-View"), "patient-view"),
    "hookInstance no uuid": (with_("hookInstance", "1"), '"hookInstance"'),
    "hookInstance in braces": (with_("hookInstance", f"{{{UUID_}}}"), '"hookInstance"'),
    "hookInstance with urn": (with_("hookInstance", f"urn:uuid:{UUID_}"), '"hookInstance"'),
    "hookInstance null": (with_("hookInstance", None), '"hookInstance"'),
    "context a list": (with_("context", []), '"context"'),
    "context null": (with_("context", None), '"context"'),
    "context empty": (with_("context", {}), '"context.patientId"'),
    "patientId null": (context("patientId", None), '"context.patientId"'),
    "patientId a number": (context("patientId", 1), '"context.patientId"'),
    "patientId empty": (context("patientId", ""), '"context.patientId"'),
    "patientId with a slash": (context("patientId", "a/b"), '"context.patientId"'),
    "patientId with a query": (context("patientId", "a?b=c"), '"context.patientId"'),
    "patientId that climbs": (context("patientId", "../a"), '"context.patientId"'),
    "patientId with a line end": (context("patientId", "test-person\n"), '"context.patientId"'),
    "patientId too long": (context("patientId", "a" * 65), '"context.patientId"'),
    "patientId of another type": (context("patientId", "Group/a"), '"context.patientId"'),
    "userId missing": (lambda call: call["context"].pop("userId"), '"context.userId"'),
    "userId a list": (context("userId", ["a"]), '"context.userId"'),
    "prefetch a list": (with_("prefetch", []), '"prefetch"'),
    "prefetch a text": (with_("prefetch", "all"), '"prefetch"'),
    "fhirServer a number": (with_("fhirServer", 7), '"fhirServer"'),
}


@pytest.mark.parametrize(("spoil", "says"), BAD_REQUESTS.values(), ids=BAD_REQUESTS)
def test_a_request_that_is_not_allowed_is_400_and_says_which_member(
    all_day: Surgery, spoil: Callable[[Json], None], says: str
) -> None:
    call = all_day.a_call(margaret())
    spoil(call)
    check_refusal(Reply(all_day.client.post(CALL, json=call)), 400, says)


TOLERATED: dict[str, Callable[[Json], None]] = {
    "members that we do not know": with_("unheard-of", {"a": [1]}),
    "an extension": with_("extension", {"com.example": None}),
    "an extension of the wrong sort": with_("extension", []),
    "an authorisation": with_("fhirAuthorization", {"access_token": "t"}),
    "an authorisation of the wrong sort": with_("fhirAuthorization", 7),
    "context that we do not know": context("encounterId", 7),
    "appointments where none belong": context("appointments", None),
    "fhirServer null": with_("fhirServer", None),
}


@pytest.mark.parametrize("change", TOLERATED.values(), ids=TOLERATED)
def test_what_we_do_not_read_may_be_anything(
    service: Surgery, change: Callable[[Json], None]
) -> None:
    call = service.a_call(margaret())
    change(call)
    assert service.ask(call).decided(COPD_RULE) == "card"


TWICE: dict[str, tuple[str, str]] = {
    "hook": ('{"hook"', '{"hook": "order-sign", "hook"'),
    "prefetch": ('"prefetch": {', '"prefetch": {}, "prefetch": {'),
    "spelt otherwise": ('{"hook"', '{"h\\u006fok": "order-sign", "hook"'),
    "one that we do not read": ('{"hook"', '{"x": 1, "x": 1, "hook"'),
    "the patient": ('"patientId"', '"patientId": "another", "patientId"'),
    "a key": ('"procedures":', '"procedures": null, "procedures":'),
    "an id in a Patient": ('"id": "test-person"', '"id": "another", "id": "test-person"'),
    "a list of entries": ('"entry":', '"entry": [], "entry":'),
}


@pytest.mark.parametrize(("once", "twice"), TWICE.values(), ids=TWICE)
def test_a_member_that_is_named_twice_is_refused(service: Surgery, once: str, twice: str) -> None:
    text = json.dumps(service.a_call(margaret()))
    assert once in text
    assert service.post(text.encode()).status == 200
    check_refusal(service.post(text.replace(once, twice, 1).encode()), 400, "a member twice")


def test_a_member_that_is_named_again_at_the_end_is_refused(service: Surgery) -> None:
    text = json.dumps(service.a_call(margaret())).removesuffix("}")
    reply = service.post(f'{text}, "hook": "order-sign"}}'.encode())
    check_refusal(reply, 400, "The request names a member twice")


# ---- 404, 405 -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/cds-service",
        "/cds-services/no-such-service",
        "/cds-services/no-such-service/feedback",
        "/cds-services/good-day-patient-view/other",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/cds-services/..%2f..%2fetc%2fpasswd",
        "/cds-services/%00",
        "/cds-services/9434765919",
    ],
)
def test_an_address_where_nothing_is_is_404(all_day: Surgery, address: str) -> None:
    reply = Reply(all_day.client.post(address, json={}))
    check_refusal(reply, 404)
    assert "9434765919" not in reply.text


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("POST", "/cds-services"),
        ("DELETE", "/cds-services"),
        ("GET", CALL),
        ("PUT", CALL),
        ("PATCH", CALL),
        ("GET", f"{CALL}/feedback"),
        ("OPTIONS", CALL),
    ],
)
def test_a_method_that_an_address_does_not_take_is_405(
    all_day: Surgery, method: str, address: str
) -> None:
    check_refusal(Reply(all_day.client.request(method, address)), 405)


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("DELETE", "/cds-services", "GET, HEAD"),
        ("GET", CALL, "POST"),
        ("GET", f"{CALL}/feedback", "POST"),
        ("POST", "/status", "GET, HEAD"),
    ],
)
def test_a_405_says_which_methods_there_are(
    all_day: Surgery, method: str, address: str, allowed: str
) -> None:
    assert all_day.client.request(method, address).headers["allow"] == allowed


@pytest.mark.parametrize(
    "address", ["/cds-services", "/health/live", "/health/ready", "/metrics", "/status"]
)
def test_head_is_answered_where_get_is(all_day: Surgery, address: str) -> None:
    asked, read = all_day.client.head(address), all_day.client.get(address)
    assert asked.status_code == read.status_code == 200
    assert asked.headers["content-type"] == read.headers["content-type"]


def test_a_304_is_only_for_whoever_has_the_very_discovery_that_there_is(
    all_day: Surgery,
) -> None:
    first, again = (all_day.client.get("/cds-services") for _ in range(2))
    tag = first.headers["etag"]
    assert again.headers["etag"] == tag
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        kept = all_day.client.get("/cds-services", headers={"if-none-match": known})
        assert (kept.status_code, kept.content, kept.headers["etag"]) == (304, b"", tag)
    for other in ('"other"', "", tag.strip('"')[:-1]):
        read = all_day.client.get("/cds-services", headers={"if-none-match": other})
        assert (read.status_code, read.content) == (200, first.content)


def test_a_tag_changes_with_the_rules(all_day: Surgery, tmp_path: Path) -> None:
    with surgery(tmp_path, piloting(tmp_path / "practice", COPD_RULE)) as other:
        tag = other.client.get("/cds-services").headers["etag"]
        known = {"if-none-match": all_day.client.get("/cds-services").headers["etag"]}
        read = other.client.get("/cds-services", headers=known)
        assert (read.status_code, read.headers["etag"]) == (200, tag)


# ---- 412, 413, 415 --------------------------------------------------------------------------


def test_missing_keys_are_412_and_every_one_is_named(all_day: Surgery) -> None:
    call = all_day.a_call(margaret())
    for key in ("tasks", "flags"):
        del call["prefetch"][key]
    check_refusal(all_day.ask(call), 412, "not sent: flags, tasks.")


def padded(call: Json, size: int) -> bytes:
    return json.dumps(call).encode().ljust(size)


def test_a_body_of_two_mebibytes_is_read_and_one_byte_more_is_413(service: Surgery) -> None:
    call = service.a_call(margaret())
    check_refusal(service.post(padded(call, MIB_2 + 1)), 413, "2 MiB")
    assert service.post(padded(call, MIB_2)).decided(COPD_RULE) == "card"


def test_a_body_that_says_nothing_of_its_length_is_measured_all_the_same(
    all_day: Surgery,
) -> None:
    def without_end() -> Iterator[bytes]:
        yield from (b" " * 65_536 for _ in range(40))

    response = all_day.client.post(
        CALL, content=without_end(), headers={"content-type": "application/json"}
    )
    check_refusal(Reply(response), 413)
    feedback = all_day.client.post(
        f"{CALL}/feedback",
        content=b" " * (MIB_2 + 1),
        headers={"content-type": "application/json"},
    )
    check_refusal(Reply(feedback), 413)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "", "json"]
)
@pytest.mark.parametrize("address", [CALL, f"{CALL}/feedback"])
def test_another_content_type_is_415(all_day: Surgery, kind: str, address: str) -> None:
    body = json.dumps(all_day.a_call(margaret())).encode()
    reply = Reply(all_day.client.post(address, content=body, headers={"content-type": kind}))
    check_refusal(reply, 415, "application/json")


@pytest.mark.parametrize(
    "kind",
    ["application/json", "application/json; charset=utf-8", "Application/JSON", "a/fhir+json"],
)
def test_json_by_any_of_its_names_is_read(service: Surgery, kind: str) -> None:
    body = json.dumps(service.a_call(margaret())).encode()
    assert service.post(body, **{"content-type": kind}).decided(COPD_RULE) == "card"


@pytest.mark.parametrize("named", ["iso-8859-1", "utf-16", "utf-8"])
def test_json_is_utf_8_whatever_its_content_type_says(service: Surgery, named: str) -> None:
    """RFC 8259: the type has no charset, and what is in another one is not read as something."""
    call = service.a_call([{**margaret()[0], "name": [{"given": ["Zoé"]}]}, *margaret()[1:]])
    kind = {"content-type": f"application/json; charset={named}"}
    body = json.dumps(call, ensure_ascii=False)
    in_latin = service.post(body.encode("iso-8859-1"), **kind)
    assert in_latin.decided(COPD_RULE) == "cannot-tell"  # the Patient could not be read
    check_refusal(service.post(body.encode("utf-16"), **kind), 400)
    assert service.post(body.encode(), **kind).decided(COPD_RULE) == "card"


@pytest.mark.parametrize("packed", ["gzip", "deflate", "br", "gzip, identity"])
def test_a_packed_body_is_415_and_never_unpacked(all_day: Surgery, packed: str) -> None:
    reply = all_day.post(b"\x1f\x8b", **{"content-encoding": packed})
    check_refusal(reply, 415, "Content-Encoding")
