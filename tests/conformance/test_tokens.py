"""Who may call: every token that is not right in everything is 401, and nothing says why (T1).

A1 to A5 are those of the design (CDS_HOOKS 1.13); the table below has every way we know to forge.
"""

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha384
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt import PyJWK

from cds_hooks.clients.making import Pair, sign
from rules.rule import Library
from tests.callers import (
    PUBLIC_URL,
    Caller,
    a_pair,
    bearer,
    encoded,
    guarded,
    unpadded,
    well_signed,
)
from tests.conformance.standard import check_answer, check_discovery
from tests.fhir_builders import margaret
from tests.served import NOW, VIEW, Json, Reply, Surgery, closed

DISCOVERY = "/cds-services"
CALL = f"{DISCOVERY}/good-day-{VIEW}"
FEEDBACK = f"{CALL}/feedback"
AUD = PUBLIC_URL + DISCOVERY
AT = int(NOW.timestamp())
US = Caller()
RSA = Caller("rsa", "https://ehr.rsa.example", a_pair("rsa", "RS384"))
OTHER = Caller("other", "https://ehr.other.example", a_pair("other"))
TENANTS = Caller("vendor", "https://vendor.example", a_pair("vendor"))
STRANGER = Caller("stranger", US.issuer, a_pair("stranger"))


@pytest.fixture(scope="module")
def guarded_all_day(
    tmp_path_factory: pytest.TempPathFactory, library: Library
) -> Iterator[Surgery]:
    tables = (US.table(), RSA.table(), OTHER.table(), TENANTS.table(tenants=["A81001", "A81002"]))
    with guarded(tmp_path_factory.mktemp("guarded"), library, *tables) as service:
        yield service


def discover(service: Surgery, token: str) -> Reply:
    return Reply(service.client.get(DISCOVERY, headers=bearer(token)))


def check_turned_away(reply: Reply) -> None:
    """401 in the one form it has."""
    assert reply.status == 401, reply.text
    assert reply.text == ""
    assert reply.headers["www-authenticate"] == "Bearer"
    assert set(reply.headers) == {"www-authenticate", "content-length"} | (
        {"vary"} & set(reply.headers)
    )


# ---- the requirements -----------------------------------------------------------------------


def test_every_route_needs_a_token_and_answers_whoever_has_one(guarded_all_day: Surgery) -> None:
    service, client = guarded_all_day, guarded_all_day.client
    for caller in (US, RSA):
        discovered = discover(service, caller.token(PUBLIC_URL + DISCOVERY))
        check_discovery(discovered.body)
        call = _a_call(discovered.body)
        token = caller.token(PUBLIC_URL + CALL)
        reply = Reply(client.post(CALL, json=call, headers=bearer(token)))
        check_answer(reply.body, NOW.date())
        heard = {"feedback": [closed(reply.card, NOW)]}
        token = caller.token(PUBLIC_URL + FEEDBACK)
        assert client.post(FEEDBACK, json=heard, headers=bearer(token)).status_code == 200
    check_turned_away(Reply(client.get(DISCOVERY)))
    for path, body in ((CALL, call), (FEEDBACK, heard), (f"{DISCOVERY}/no-such-service", {})):
        check_turned_away(Reply(client.post(path, json=body)))


def _a_call(discovered: Json) -> Json:
    from tests.served import a_call, prefetch_of

    (view,) = (one for one in discovered["services"] if one["hook"] == VIEW)
    return a_call(prefetch_of(view["prefetch"], margaret()))


def test_a1_only_a_registered_issuer_may_call(guarded_all_day: Surgery) -> None:
    unheard_of = replace(US, issuer="https://nobody.example")
    check_turned_away(discover(guarded_all_day, unheard_of.token(PUBLIC_URL + DISCOVERY)))


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "HS256", "HS384", "HS512"])
def test_a2_none_and_shared_secrets_open_nothing(guarded_all_day: Surgery, alg: str) -> None:
    """Signed with everything public that somebody could take for a secret."""
    for caller in (US, RSA):
        public = json.dumps(caller.pair.public_set["keys"]).encode()
        key = PyJWK(_first(caller.pair.public_set)).key
        pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        signed = _signed_part(caller, alg=alg)
        for secret in (b"", b"secret", public, pem, der):
            digest = hmac.new(secret, signed.encode(), sha384).digest()
            check_turned_away(discover(guarded_all_day, f"{signed}.{unpadded(digest)}"))
        for nothing in ("", ".", ".AA"):
            check_turned_away(discover(guarded_all_day, signed + nothing))


def test_a3_a_key_is_known_by_its_client_and_never_by_its_name_alone(
    tmp_path: Path, library: Library
) -> None:
    """Two clients chose one kid: neither can speak for the other."""
    ours, theirs = _named(US, "key-1"), _named(OTHER, "key-1")
    with guarded(tmp_path, library, ours.table(), theirs.table()) as service:
        for caller in (ours, theirs):
            assert discover(service, caller.token(PUBLIC_URL + DISCOVERY)).status == 200
        for caller, key in ((ours, theirs.pair), (theirs, ours.pair)):
            forged = replace(caller, pair=key).token(PUBLIC_URL + DISCOVERY)
            check_turned_away(discover(service, forged))


def test_a3_algorithms_are_pinned_for_each_client(tmp_path: Path, library: Library) -> None:
    both = {"keys": [_first(US.pair.public_set), _first(RSA.pair.public_set)]}
    table = US.table(keys=both, algorithms=["ES384"])
    with guarded(tmp_path, library, table) as service:
        assert discover(service, US.token(PUBLIC_URL + DISCOVERY)).status == 200
        by_rsa = replace(US, pair=RSA.pair).token(PUBLIC_URL + DISCOVERY)
        check_turned_away(discover(service, by_rsa))


def test_a4_the_audience_is_the_public_address_and_not_the_one_behind_a_proxy(
    guarded_all_day: Surgery,
) -> None:
    seen = str(guarded_all_day.client.base_url) + DISCOVERY
    check_turned_away(discover(guarded_all_day, US.token(seen)))


def test_a4_feedback_may_name_the_service_or_its_feedback_and_a_call_only_itself(
    guarded_all_day: Surgery,
) -> None:
    client = guarded_all_day.client
    for path in (CALL, FEEDBACK):
        headers = bearer(US.token(PUBLIC_URL + path))
        assert client.post(FEEDBACK, json={"feedback": []}, headers=headers).status_code == 200
    for path in (DISCOVERY, FEEDBACK, f"{DISCOVERY}/good-day-appointment-book"):
        headers = bearer(US.token(PUBLIC_URL + path))
        check_turned_away(Reply(client.post(CALL, json={}, headers=headers)))


def test_a5_a_life_is_five_minutes_unless_a_client_agreed_on_more(
    tmp_path: Path, library: Library
) -> None:
    patient = replace(OTHER, name="slow")
    tables = US.table(), patient.table(longest_minutes=60)
    with guarded(tmp_path, library, *tables) as service:
        for caller, most in ((US, 300), (patient, 3600)):
            for life, status in ((1, 200), (most, 200), (most + 1, 401), (0, 401), (-60, 401)):
                token = caller.token(PUBLIC_URL + DISCOVERY, exp=AT + life)
                assert discover(service, token).status == status, (caller.name, life)


def test_a_token_opens_the_door_once(guarded_all_day: Surgery) -> None:
    token = US.token(PUBLIC_URL + DISCOVERY)
    assert discover(guarded_all_day, token).status == 200
    for _ in range(50):
        check_turned_away(discover(guarded_all_day, token))
    again = US.token(PUBLIC_URL + DISCOVERY, jti="the-same")
    assert discover(guarded_all_day, again).status == 200
    later = US.token(PUBLIC_URL + DISCOVERY, jti="the-same", iat=AT + 1)
    check_turned_away(discover(guarded_all_day, later))
    theirs = OTHER.token(PUBLIC_URL + DISCOVERY, jti="the-same")
    assert discover(guarded_all_day, theirs).status == 200


# ---- the table ------------------------------------------------------------------------------


def _first(jwks: Json) -> Json:
    jwk: Json = jwks["keys"][0]
    return jwk


def _named(caller: Caller, kid: str) -> Caller:
    return replace(caller, pair=Pair({**caller.pair.private, "kid": kid}))


def _signed_part(caller: Caller, **header: object) -> str:
    named = {"typ": "JWT", "alg": "ES384", "kid": caller.pair.private["kid"], **header}
    return f"{encoded(named)}.{encoded(caller.claims(PUBLIC_URL + DISCOVERY))}"


def _claiming(caller: Caller = US, **claims: object) -> Callable[[], str]:
    aud = claims.pop("aud", PUBLIC_URL + DISCOVERY)
    return lambda: well_signed(caller, caller.claims("", NOW, **{"aud": aud, **claims}))


def _heading(caller: Caller = US, **header: object) -> Callable[[], str]:
    return lambda: well_signed(caller, caller.claims(AUD), **header)


def _spelt(change: Callable[[str, str, str], str]) -> Callable[[], str]:
    return lambda: change(*US.token(PUBLIC_URL + DISCOVERY).split("."))


def _zeros(caller: Caller, length: int) -> Callable[[], str]:
    algorithm = caller.pair.private["alg"]
    return lambda: f"{_signed_part(caller, alg=algorithm)}.{unpadded(bytes(length))}"


_JWK = _first(STRANGER.pair.public_set)
FORGED: dict[str, Callable[[], str]] = {
    "another key under a known kid": lambda: _named(
        STRANGER, str(US.pair.private["kid"])
    ).token(AUD),
    "another key under its own kid": lambda: STRANGER.token(AUD),
    "an RSA key under the kid of another": lambda: _named(
        replace(US, pair=RSA.pair), str(US.pair.private["kid"])
    ).token(AUD),
    "somebody else's issuer": lambda: replace(US, issuer=OTHER.issuer).token(AUD),
    "issuer with a slash": _claiming(iss=US.issuer + "/"),
    "issuer in capitals": _claiming(iss=US.issuer.upper()),
    "issuer, a part of it": _claiming(iss=US.issuer[:-1]),
    "issuer a list": _claiming(iss=[US.issuer]),
    "issuer empty": _claiming(iss=""),
    "audience a prefix": _claiming(aud=AUD[:-1]),
    "audience with a slash": _claiming(aud=AUD + "/"),
    "audience below": _claiming(aud=f"{AUD}/good-day-patient-view"),
    "audience the host": _claiming(aud=PUBLIC_URL),
    "audience of another host": _claiming(aud=AUD.replace("good-day", "evil")),
    "audience by http": _claiming(aud=AUD.replace("https", "http")),
    "audience in capitals": _claiming(aud=AUD.upper()),
    "audience with a query": _claiming(aud=AUD + "?"),
    "audience a list of others": _claiming(aud=[AUD + "/", PUBLIC_URL]),
    "audience an empty list": _claiming(aud=[]),
    "audience a list in a list": _claiming(aud=[[AUD]]),
    "audience an object": _claiming(aud={"0": AUD}),
    "expired": _claiming(iat=AT - 400, exp=AT - 100),
    "expired this minute": _claiming(iat=AT - 300, exp=AT - 60),
    "from the future": _claiming(iat=AT + 61, exp=AT + 300),
    "not before later": _claiming(nbf=AT + 61),
    "lives too long": _claiming(exp=AT + 301),
    "lives for ever": _claiming(exp=10**30),
    "lives longer by an old start": _claiming(iat=AT - 290, exp=AT + 30),
    "ends before it begins": _claiming(iat=AT + 50, exp=AT + 10),
    "exp a text": _claiming(exp=str(AT + 300)),
    "iat a text": _claiming(iat=str(AT)),
    "exp a date": _claiming(exp="2030-01-01T00:00:00Z"),
    "exp true": _claiming(exp=True),
    "jti empty": _claiming(jti=""),
    "jti a number": _claiming(jti=7),
    **{f"without {name}": _claiming(US, **{name: None}) for name in ("iss", "exp", "iat", "jti")},
    "without aud": lambda: sign(
        US.pair, {name: value for name, value in US.claims(AUD).items() if name != "aud"}
    ),
    "without its tenant": _claiming(TENANTS),
    "tenant of somebody else": _claiming(TENANTS, tenant="A81003"),
    "tenant empty": _claiming(TENANTS, tenant=""),
    "tenant a list": _claiming(TENANTS, tenant=["A81001"]),
    "typ of another sort": _heading(typ="at+jwt"),
    "without typ": _heading(typ=...),
    "without kid": _heading(kid=...),
    "kid unknown": _heading(kid="nobody's"),
    "kid a number": _heading(kid=7),
    "kid a path": _heading(kid="../../etc/passwd"),
    "kid of another client": _heading(kid=OTHER.pair.private["kid"]),
    "without alg": _heading(alg=...),
    "alg none, well signed": _heading(alg="none"),
    "alg RS384 on an EC key": _heading(alg="RS384"),
    "alg ES384 on an RSA key": _heading(RSA, alg="ES384"),
    "alg ES256": _heading(alg="ES256"),
    "alg RS256": _heading(RSA, alg="RS256"),
    "alg PS384": _heading(RSA, alg="PS384"),
    "alg in small letters": _heading(alg="es384"),
    "alg a list": _heading(alg=["ES384"]),
    "crit": _heading(crit=["exp"]),
    "crit null": _heading(crit=None),
    "b64 false": _heading(crit=["b64"], b64=False),
    "jwk of the right key": _heading(jwk=_first(US.pair.public_set)),
    "jwk of a stranger": lambda: well_signed(STRANGER, STRANGER.claims(AUD), jwk=_JWK),
    "jwk of a stranger, kid known": lambda: well_signed(
        STRANGER, STRANGER.claims(AUD), jwk=_JWK, kid=US.pair.private["kid"]
    ),
    "x5u": _heading(x5u="https://evil.example/cert.pem"),
    "x5c": _heading(x5c=[base64.b64encode(b"cert").decode()]),
    "jku of a stranger": lambda: well_signed(STRANGER, STRANGER.claims(AUD), jku="https://evil.example/jwks.json"),
    "signature of zeros": _zeros(US, 96),
    "signature of RSA zeros": _zeros(RSA, 384),
    "signature empty": _spelt(lambda head, body, _: f"{head}.{body}."),
    "signature cut": _spelt(lambda head, body, signature: f"{head}.{body}.{signature[:-4]}"),
    "signature longer": _spelt(lambda head, body, signature: f"{head}.{body}.{signature}AAAA"),
    "signature padded": _spelt(lambda head, body, signature: f"{head}.{body}.{signature}=="),
    "a space inside": _spelt(lambda head, body, signature: f"{head}. {body}.{signature}"),
    "four parts": _spelt(lambda head, body, signature: f"{head}.{body}.{signature}.AA"),
    "two parts": _spelt(lambda head, body, _: f"{head}.{body}"),
    "parts the other way round": _spelt(lambda head, body, signature: f"{signature}.{body}.{head}"),
    "a header of another token": _spelt(
        lambda _, body, signature: f"{encoded({'alg': 'ES384'})}.{body}.{signature}"
    ),
    "a header that is no object": _spelt(lambda _, body, sig: f"{encoded([])}.{body}.{sig}"),
    "claims that are deep": _spelt(
        lambda head, _, sig: f"{head}.{unpadded(b'[' * 3000)}.{sig}"
    ),
    "far too long": _spelt(lambda head, body, sig: f"{head}.{body}{'A' * 20_000}.{sig}"),
}  # fmt: skip


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_token_that_is_not_right_in_everything_opens_nothing(
    guarded_all_day: Surgery, forge: Callable[[], str]
) -> None:
    check_turned_away(discover(guarded_all_day, forge()))


def test_there_are_at_least_sixty_ways_to_forge() -> None:
    assert len(FORGED) >= 60


RIGHT: dict[str, Callable[[], str]] = {
    "audience in a list": _claiming(aud=["https://elsewhere.example", AUD]),
    "a tenant of two": _claiming(TENANTS, tenant="A81002"),
    "a tenant nobody asked for": _claiming(tenant="A81001"),
    "a clock a minute ahead": _claiming(iat=AT + 60, exp=AT + 300),
    "a clock a minute behind": _claiming(iat=AT - 340, exp=AT - 59),
    "times with fractions": _claiming(iat=AT - 0.5, exp=AT + 60.5),
    "claims that we do not know": _claiming(sub="x", scope=["a"]),
    "a header that we do not know": _heading(x5t="abc", cty="JWT"),
    "typ in small letters": _heading(typ="jwt"),
    "a jku of somebody whose keys we have": _heading(jku="https://ehr.example/jwks.json"),
    "RS384": _heading(RSA),
}


@pytest.mark.parametrize("right", RIGHT.values(), ids=RIGHT)
def test_a_token_that_is_right_opens_the_door(
    guarded_all_day: Surgery, right: Callable[[], str]
) -> None:
    assert discover(guarded_all_day, right()).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Authorization": "Basic dXNlcjpwYXNz"}, id="Basic"),
        pytest.param({"Authorization": "Bearer"}, id="no token"),
        pytest.param({"Authorization": ""}, id="empty"),
        pytest.param({"Authorization": "Bearer null"}, id="null"),
        pytest.param({"Authorization": "Bearer a.b.c"}, id="no base64"),
        pytest.param({}, id="none"),
    ],
)
def test_any_other_header_opens_nothing(guarded_all_day: Surgery, headers: dict[str, str]) -> None:
    check_turned_away(Reply(guarded_all_day.client.get(DISCOVERY, headers=headers)))


def test_two_headers_are_none(guarded_all_day: Surgery) -> None:
    token = f"Bearer {US.token(AUD)}".encode()
    headers = [(b"authorization", token), (b"authorization", token)]
    check_turned_away(Reply(guarded_all_day.client.get(DISCOVERY, headers=headers)))
    good = [(b"authorization", token.replace(b"Bearer", b"bearer "))]
    assert guarded_all_day.client.get(DISCOVERY, headers=good).status_code == 200
