"""Clients of CDS Hooks 2.0, 2.0.1 and the 3.0 ballot: one service, one decision, whatever they add.

Threat T38. ``requests/`` has for each version what a client of it sends (the specification's and
the hook library's tables, CDS_HOOKS 1.1 and 1.16), with invented people: among it SMART v1 and v2
scopes, a list or a Bundle of appointments, members that later versions name, and extensions.
"""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest

from rules.rule import Library
from tests.builders import load_files, rule_text
from tests.conformance.standard import check_answer, check_discovery, check_refusal, members
from tests.served import NOW, Json, Reply, Surgery, in_pilot, surgery

REQUESTS = Path(__file__).parent / "requests"
VERSIONS = ["2.0", "2.0.1", "3.0.0-ballot"]
# What has to be there beside the patient, hook by hook, in every version.
NEEDED = {
    "patient-view": ["userId"],
    "order-select": ["userId", "selections", "draftOrders"],
    "order-sign": ["userId", "draftOrders"],
    "appointment-book": ["userId", "appointments"],
    "encounter-start": ["userId", "encounterId"],
    "encounter-discharge": ["userId", "encounterId"],
    "order-dispatch": ["dispatchedOrders", "performer"],
    "problem-list-item-create": ["userId", "conditions"],
}
# Lists that are asked for whatever the rules are: they tell of times to leave somebody in peace.
IN_PEACE = (
    "observations", "observationValues", "serviceRequests", "flags", "tasks", "carePlans",
    "communications", "documents", "documentCategories",
)  # fmt: skip
EACH = [(version, hook) for version in VERSIONS for hook in NEEDED]
TOP = ["hook", "hookInstance", "context"]
LEFT_OUT = [
    (version, hook, member)
    for version, hook in EACH
    for member in [*TOP, *(f"context.{name}" for name in ["patientId", *NEEDED[hook]])]
]
RULE = rule_text(
    id="breathing",
    hook=f"[{', '.join(NEEDED)}]",
    facts="\nhas_copd: {find: condition, codes: copd, status: active}\n",
    when="has_copd",
    exclude="\n- shared: deceased",
    quiet="{topic: breathing}",
    people=None,
    today=None,
    tests=None,
)


@pytest.fixture(scope="module")
def one_rule() -> Library:
    """One rule, asked at each of these hooks."""
    files = {"breathing.yaml": RULE, "practice.yaml": "name: A test\ninvented: yes\n"}
    return in_pilot(load_files(files).usable())


@pytest.fixture
def practice(tmp_path: Path, one_rule: Library) -> Iterator[Surgery]:
    """A practice that has asked nobody yet."""
    with surgery(tmp_path, one_rule) as open_now:
        yield open_now


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory, one_rule: Library) -> Iterator[Surgery]:
    """One for all calls that make no card, so that nothing is remembered."""
    with surgery(tmp_path_factory.mktemp("refusing"), one_rule) as open_now:
        yield open_now


def sent(version: str, name: str) -> Json:
    """What a client of a version sends, or expects."""
    value: Json = json.loads((REQUESTS / version / f"{name}.json").read_text("utf-8"))
    if "prefetch" in value:
        empty: Json = {"resourceType": "Bundle", "type": "searchset", "entry": []}
        value["prefetch"] = {**dict.fromkeys(IN_PEACE, empty), **value["prefetch"]}
    return value


def ask(service: Surgery, call: Json, hook: str) -> Reply:
    return Reply(service.client.post(f"/cds-services/good-day-{hook}", json=call))


def test_every_version_has_every_request() -> None:
    names = {*NEEDED, "discovery", "feedback-accepted", "feedback-overridden"}
    assert sorted(folder.name for folder in REQUESTS.iterdir()) == VERSIONS
    for version in VERSIONS:
        assert {file.stem for file in (REQUESTS / version).iterdir()} == names


def test_the_people_are_invented_and_no_two_are_one() -> None:
    people = [sent(version, hook)["prefetch"]["patient"] for version, hook in EACH]
    numbers = [one["identifier"][0]["value"] for one in people]
    assert all(re.fullmatch(r"999\d{7}", number) for number in numbers)
    assert len({*numbers, *(one["id"] for one in people)}) == 2 * len(EACH)


@pytest.mark.parametrize("version", VERSIONS)
def test_discovery_is_what_a_client_of_the_version_reads(refusing: Surgery, version: str) -> None:
    expects = sent(version, "discovery")
    body = refusing.client.get("/cds-services").json()
    check_discovery(body)
    assert {one["hook"] for one in body["services"]} == set(NEEDED)
    for service in body["services"]:
        assert all(isinstance(service[name], str) for name in expects["required"])
        for template in service["prefetch"].values():
            tokens: list[str] = re.findall(r"\{\{(.*?)\}\}", template)
            assert tokens
            assert all(re.fullmatch(expects["token"], token) for token in tokens)
        for name, pattern in expects.get("patterns", {}).items():
            assert re.fullmatch(pattern, service[name])
        # What else there is, a client of the version does not know, and may pass over.
        assert set(service) - set(expects["known"]) <= {"version", "hookVersion"}


@pytest.mark.parametrize(("version", "hook"), EACH)
def test_a_client_of_each_version_gets_the_same_card(
    practice: Surgery, version: str, hook: str
) -> None:
    reply = ask(practice, sent(version, hook), hook)
    assert reply.decided("breathing") == "card"
    check_answer(reply.body, NOW.date())
    assert reply.card["summary"] == "What would help on ordinary days?"
    assert [one["label"] for one in reply.card["suggestions"]] == [
        "Refer to the tea group",
        "Not now",
        "No, thank you",
    ]


@pytest.mark.parametrize(("version", "hook"), EACH)
def test_a_client_of_each_version_gets_no_card_where_there_is_nothing_to_say(
    refusing: Surgery, version: str, hook: str
) -> None:
    call = sent(version, hook)
    conditions = call["prefetch"]["conditions"]
    conditions["entry"].clear()
    if "total" in conditions:
        conditions["total"] = 0
    reply = ask(refusing, call, hook)
    assert reply.body == {"cards": []}


def strangers(value: object) -> object:
    """The same JSON with a member that nobody knows in every object outside of FHIR."""
    inner = dict(members(value))
    if isinstance(value, list) or not inner or "resourceType" in inner:
        return value  # pyright: ignore[reportUnknownVariableType] - any JSON
    told = {name: strangers(one) for name, one in inner.items()}
    return {**told, "inVersion9": {"resource": [None, 1, {"id": "x"}]}}


@pytest.mark.parametrize(("version", "hook"), EACH)
def test_members_of_a_version_that_is_not_there_yet_change_nothing(
    practice: Surgery, version: str, hook: str
) -> None:
    call = sent(version, hook)
    more = {**call, "inVersion9": [{"a": None}], "extension": {"com.example": {"a": [1]}}}
    for name in ("context", "fhirAuthorization"):
        more[name] = strangers(call[name])
    assert ask(practice, more, hook).decided("breathing") == "card"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("optional", ["fhirServer", "fhirAuthorization", "extension"])
def test_what_a_version_leaves_to_the_client_may_be_left_out(
    practice: Surgery, version: str, optional: str
) -> None:
    call = sent(version, "patient-view")
    call.pop(optional, None)
    call["context"].pop("encounterId", None)
    assert ask(practice, call, "patient-view").decided("breathing") == "card"


@pytest.mark.parametrize(("version", "hook", "member"), LEFT_OUT)
def test_what_a_version_requires_is_asked_for_by_name(
    refusing: Surgery, version: str, hook: str, member: str
) -> None:
    call = sent(version, hook)
    holder, _, name = member.rpartition(".")
    del (call[holder] if holder else call)[name]
    check_refusal(ask(refusing, call, hook), 400, f'"{member}"')


@pytest.mark.parametrize(("version", "hook"), EACH)
@pytest.mark.parametrize("key", ["patient", "conditions", "procedures"])
def test_a_prefetch_key_that_was_not_sent_is_asked_for_by_name(
    refusing: Surgery, version: str, hook: str, key: str
) -> None:
    call = sent(version, hook)
    del call["prefetch"][key]
    check_refusal(ask(refusing, call, hook), 412, key)


# ---- feedback -------------------------------------------------------------------------------


def told(service: Surgery, version: str, how: str) -> Json:
    """What a client of a version says of the card that it was given a moment ago."""
    card = ask(service, sent(version, "patient-view"), "patient-view").card
    text = (REQUESTS / version / f"feedback-{how}.json").read_text("utf-8")
    taken = card["suggestions"][0]["uuid"]
    body: Json = json.loads(text.replace("{card}", card["uuid"]).replace("{suggestion}", taken))
    return body


def say(service: Surgery, body: Json) -> Reply:
    return Reply(service.client.post("/cds-services/good-day-patient-view/feedback", json=body))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("how", "heard"),
    [("accepted", "an offer was taken up"), ("overridden", 'said "no, thank you"')],
)
def test_what_clients_of_each_version_say_back_is_remembered_alike(
    practice: Surgery, version: str, how: str, heard: str
) -> None:
    assert say(practice, told(practice, version, how)).status == 200
    again = sent(version, "patient-view")
    again["hookInstance"] = "0b9a52c8-7a0f-4d1c-9a3e-3f5f3c1f0a11"
    held = ask(practice, again, "patient-view").held_back["breathing"]
    assert (held["step"], held["until"]) == ("quiet", "2027-11-21")
    assert heard in held["says"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "member", ["feedback", "card", "outcome", "outcomeTimestamp", "acceptedSuggestions", "id"]
)
def test_what_feedback_of_a_version_requires_is_asked_for_by_name(
    practice: Surgery, version: str, member: str
) -> None:
    whole = told(practice, version, "accepted")
    body = deepcopy(whole)
    (item,) = body["feedback"]
    holders = {"feedback": body, "id": item["acceptedSuggestions"][0]}
    del holders.get(member, item)[member]
    check_refusal(say(practice, body), 400, f'"{member}"')
    assert say(practice, whole).status == 200  # and nothing of it was kept
