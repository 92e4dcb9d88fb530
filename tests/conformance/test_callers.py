"""Each client for itself: its people, its cards, its origins, keys, and how often it may call."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from cds_hooks.clients.making import Pair, new_pair
from rules.rule import Library
from tests.callers import PUBLIC_URL, Caller, a_pair, bearer, guarded
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import NOW, VIEW, Json, Reply, Surgery, a_call, closed, prefetch_of, taken

DISCOVERY = "/cds-services"
CALL = f"{DISCOVERY}/good-day-{VIEW}"
FEEDBACK = f"{CALL}/feedback"
US = Caller()
OTHER = Caller("other", "https://ehr.other.example", a_pair("other"))


def discover(service: Surgery, caller: Caller, **claims: object) -> Reply:
    token = caller.token(PUBLIC_URL + DISCOVERY, service.now, **claims)
    return Reply(service.client.get(DISCOVERY, headers=bearer(token)))


def ask(service: Surgery, caller: Caller, **claims: object) -> Reply:
    """Open Margaret's record as this client."""
    services = discover(service, caller, **claims).body["services"]
    (view,) = (one for one in services if one["hook"] == VIEW)
    call = a_call(prefetch_of(view["prefetch"], margaret()))
    token = caller.token(PUBLIC_URL + CALL, service.now, **claims)
    return Reply(service.client.post(CALL, json=call, headers=bearer(token)))


def tell(service: Surgery, caller: Caller, *items: Json, **claims: object) -> Reply:
    token = caller.token(PUBLIC_URL + CALL, service.now, **claims)
    body = {"feedback": list(items)}
    return Reply(service.client.post(FEEDBACK, json=body, headers=bearer(token)))


# ---- whose people and cards -----------------------------------------------------------------


def test_two_clients_patients_with_one_id_share_nothing(tmp_path: Path, library: Library) -> None:
    with guarded(tmp_path, library, US.table(), OTHER.table()) as service:
        card = ask(service, US).card
        tell(service, US, closed(card, NOW, "patient-ineligible"))
        assert ask(service, US).decided(COPD_RULE) == "quiet"
        assert ask(service, OTHER).decided(COPD_RULE) == "card"


def test_two_tenants_patients_with_one_id_share_nothing(tmp_path: Path, library: Library) -> None:
    with guarded(tmp_path, library, US.table(tenants=["A81001", "A81002"])) as service:
        card = ask(service, US, tenant="A81001").card
        tell(service, US, closed(card, NOW, "patient-ineligible"), tenant="A81001")
        assert ask(service, US, tenant="A81001").decided(COPD_RULE) == "quiet"
        assert ask(service, US, tenant="A81002").decided(COPD_RULE) == "card"


def test_B11_feedback_to_somebody_elses_card_harms_nobody(tmp_path: Path, library: Library) -> None:
    with guarded(tmp_path, library, US.table(), OTHER.table()) as service:
        ours, theirs = ask(service, US).card, ask(service, OTHER).card
        foreign = taken(theirs, theirs["suggestions"][-1], NOW)
        reply = tell(service, US, foreign, closed(ours, NOW, "limited-time"))
        assert (reply.status, reply.body) == (200, {})
        assert "no time" in ask(service, US).held_back[COPD_RULE]["says"]
        assert "nobody has said yes or no" in ask(service, OTHER).held_back[COPD_RULE]["says"]


def test_what_null_means_is_each_clients_own(tmp_path: Path, library: Library) -> None:
    trusting = OTHER.table(null_means="empty")
    with guarded(tmp_path, library, US.table(), trusting) as service:
        for caller, decided in ((US, "cannot-tell"), (OTHER, "card")):
            services = discover(service, caller).body["services"]
            (view,) = (one for one in services if one["hook"] == VIEW)
            prefetch = prefetch_of(view["prefetch"], margaret())
            prefetch |= {"communications": None, "procedures": None}
            token = caller.token(PUBLIC_URL + CALL)
            response = service.client.post(CALL, json=a_call(prefetch), headers=bearer(token))
            assert Reply(response).decided(COPD_RULE) == decided, caller.name


# ---- browsers -------------------------------------------------------------------------------

ORIGIN, SECOND = "https://ehr.example", "http://localhost:4000"
ORIGINS = {
    ORIGIN: True,
    SECOND: True,
    **dict.fromkeys(
        [
            "https://ehr.example/", "https://ehr.example:443", "https://ehr.example:8443",
            "http://ehr.example", "HTTPS://EHR.EXAMPLE", "https://EHR.example",
            "https://ehr.example.evil.example", "https://ehr.example@evil.example",
            "https://evil.example/https://ehr.example", "https://evil.example?https://ehr.example",
            "https://evil.example#https://ehr.example", "https://sub.ehr.example",
            "https://ehrxexample", "https://ehr.examples", "https://ehr.exampl",
            "https://xehr.example", "//ehr.example", "ehr.example", "null", "", "*",
            "https://*", "https://*.example", "file://", "data:", "http://localhost",
            "http://localhost:4001", "http://localhost:40000", "https://localhost:4000",
            "http://127.0.0.1:4000", "http://[::1]:4000", "http://localhost.:4000",
            "https://ehr.example https://evil.example", "https://ehr.example,https://evil.example",
            "https://ehr.example\t", "https://ehr%2eexample", "https://xn--ehr.example",
            "https://ehr.example%00.evil.example", "chrome-extension://ehr.example",
        ],
        False,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def browsed(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Iterator[Surgery]:
    tables = US.table(origins=[ORIGIN]), OTHER.table(origins=[SECOND, ORIGIN])
    with guarded(tmp_path_factory.mktemp("browsed"), library, *tables) as service:
        yield service


def test_there_are_forty_origins() -> None:
    assert len(ORIGINS) >= 40


@pytest.mark.parametrize(("origin", "allowed"), ORIGINS.items())
def test_only_an_origin_that_is_listed_letter_by_letter_may_read(
    browsed: Surgery, origin: str, allowed: bool
) -> None:
    asked = {"origin": origin, "access-control-request-method": "POST"}
    asked["access-control-request-headers"] = "authorization,content-type"
    token = bearer(US.token(PUBLIC_URL + DISCOVERY))
    for response, status in (
        (browsed.client.get(DISCOVERY, headers={"origin": origin, **token}), 200),
        (browsed.client.get(DISCOVERY, headers={"origin": origin}), 401),
        (browsed.client.options(CALL, headers=asked), 200 if allowed else 400),
        (browsed.client.options(FEEDBACK, headers=asked), 200 if allowed else 400),
    ):
        found = response.headers.get("access-control-allow-origin")
        assert found == (origin if allowed else None)
        assert response.status_code == status
        assert "access-control-allow-credentials" not in response.headers


# ---- how often ------------------------------------------------------------------------------


def test_a_flood_from_one_client_is_429_and_another_is_answered(
    tmp_path: Path, library: Library
) -> None:
    table = US.table(most_per_minute=30, origins=[ORIGIN])
    with guarded(tmp_path, library, table, OTHER.table(most_per_minute=30)) as service:
        statuses = [discover(service, US).status for _ in range(300)]
        assert statuses == [200] * 30 + [429] * 270
        assert ask(service, OTHER).status == 200
        token = bearer(US.token(PUBLIC_URL + DISCOVERY))
        late = Reply(service.client.get(DISCOVERY, headers={"origin": ORIGIN, **token}))
        assert late.headers["retry-after"] == "2"
        assert late.headers["access-control-allow-origin"] == ORIGIN
        assert "try again in 2 s" in late.says()
        service.pass_time(seconds=2)
        assert [discover(service, US).status for _ in range(2)] == [200, 429]


def test_whoever_repeats_somebodys_token_uses_up_nothing_of_theirs(
    tmp_path: Path, library: Library
) -> None:
    with guarded(tmp_path, library, US.table(most_per_minute=3)) as service:
        token = bearer(US.token(PUBLIC_URL + DISCOVERY))
        forged = bearer(replace(US, pair=OTHER.pair).token(PUBLIC_URL + DISCOVERY))
        statuses = [service.client.get(DISCOVERY, headers=token).status_code for _ in range(20)]
        statuses += [service.client.get(DISCOVERY, headers=forged).status_code for _ in range(20)]
        assert statuses == [200] + [401] * 39
        assert [discover(service, US).status for _ in range(3)] == [200, 200, 429]


# ---- keys at an address ---------------------------------------------------------------------


class KeyHost:
    """Where a client puts its JWK Set, with how often it was asked for."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 200
        self.body = b""
        outer = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked += 1
                self.send_response(outer.status)
                if outer.status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, format: str, *args: object) -> None:
                del format, args

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.jku = f"http://127.0.0.1:{self.server.server_port}/jwks.json"

    def publish(self, *pairs: Pair) -> None:
        keys = [key for pair in pairs for key in _keys(pair)]
        self.body = json.dumps({"keys": keys}).encode()


def _keys(pair: Pair) -> list[Json]:
    keys: list[Json] = json.loads(json.dumps(pair.public_set))["keys"]
    return keys


@contextmanager
def key_host(*pairs: Pair) -> Iterator[KeyHost]:
    host = KeyHost()
    host.publish(*pairs)
    Thread(target=host.server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield host
    finally:
        host.server.shutdown()
        host.server.server_close()


def at_address(host: KeyHost) -> str:
    return US.table(keys=None, jku=host.jku, local=True)


def test_A3_an_unknown_key_is_looked_for_once_a_minute_and_a_new_one_is_found(
    tmp_path: Path, library: Library
) -> None:
    rotated = replace(US, pair=new_pair("ES384"))
    with key_host(US.pair) as host, guarded(tmp_path, library, at_address(host)) as service:
        assert [discover(service, US).status for _ in range(5)] == [200] * 5
        assert host.asked == 1
        host.publish(US.pair, rotated.pair)
        assert [discover(service, rotated).status for _ in range(5)] == [401] * 5
        assert host.asked == 1, "the last look was less than a minute ago"
        service.pass_time(seconds=61)
        assert discover(service, rotated).status == 200
        assert discover(service, US).status == 200
        assert host.asked == 2


@pytest.mark.parametrize("fault", ["500", "redirect", "not JSON", "empty", "a secret", "too long"])
def test_the_last_good_keys_are_used_for_a_day_and_no_longer(
    tmp_path: Path, library: Library, fault: str
) -> None:
    with key_host(US.pair) as host, guarded(tmp_path, library, at_address(host)) as service:
        assert discover(service, US).status == 200
        good = host.body
        host.status = {"500": 500, "redirect": 302}.get(fault, 200)
        host.body = {
            "not JSON": b"<html>", "empty": b'{"keys": []}', "too long": good + b" " * 300_000,
            "a secret": b'{"keys": [{"kty": "oct", "k": "AAAA", "kid": "1"}]}',
        }.get(fault, good)  # fmt: skip
        for _ in range(23):
            service.pass_time(hours=1)
            assert discover(service, US).status == 200
        service.pass_time(hours=2)
        assert discover(service, US).status == 401
        host.status, host.body = 200, good
        service.pass_time(minutes=2)
        assert discover(service, US).status == 200


def test_A1_the_address_in_a_token_is_never_asked(tmp_path: Path, library: Library) -> None:
    """Where keys are registered, a token's jku is looked past; another one than ours is a no."""
    from tests.conformance.test_tokens import _with_header as with_header

    stranger = replace(US, pair=a_pair("stranger"))
    with key_host(US.pair) as host, key_host(stranger.pair) as evil:
        for number, table in enumerate((at_address(host), US.table())):
            with guarded(tmp_path / str(number), library, table) as service:
                for caller in (stranger, US):
                    token = with_header(caller, jku=evil.jku)
                    response = service.client.get(DISCOVERY, headers=bearer(token))
                    good = caller is US and number == 1
                    assert response.status_code == (200 if good else 401)
        assert evil.asked == 0
