"""clients.toml: read whole, closed, and every problem one plain sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.clients.listed import ClientsError, Listed, read_list
from cds_hooks.clients.reminders import Reminders
from fhir_adapters.allowed import Allowed
from tests.callers import Caller, a_list, a_pair, registered

US = Caller()
OTHER = Caller("other", "https://ehr.other.example", a_pair("other"))
RSA = Caller("rsa", "https://ehr.rsa.example", a_pair("rsa", "RS384"))


def problems(folder: Path, text: str) -> tuple[str, ...]:
    path = folder / "clients.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ClientsError) as found:
        read_list(path)
    return found.value.sentences


def read(folder: Path, *tables: str) -> Listed:
    return read_list(registered(folder, *tables))


def test_what_is_not_written_is_the_safe_choice(tmp_path: Path) -> None:
    (client,) = read(tmp_path, US.table()).clients
    assert (client.name, client.issuer, client.algorithms) == (US.name, US.issuer, ("ES384",))
    assert (client.origins, client.fhir_servers, client.tenants) == ((), (), ())
    assert (client.local, client.without_token, client.null_means) == (False, False, "unknown")
    assert client.longest_minutes == 5


def test_everything_that_is_written_is_read(tmp_path: Path) -> None:
    table = RSA.table(
        origins=["https://a.example"], fhir_servers=["https://a.example/fhir/"],
        tenants=["A81001"], null_means="empty", without_token=True, local=True,
        most_per_minute=7, longest_minutes=60,
    )  # fmt: skip
    (client,) = read(tmp_path, table).clients
    assert (client.origins, client.tenants) == (("https://a.example",), ("A81001",))
    assert client.fhir_servers == (Allowed.parse("https://a.example/fhir", local=True),)
    assert (client.null_means, client.without_token, client.local) == ("empty", True, True)
    assert (client.most_per_minute, client.longest_minutes) == (7, 60)


def test_keys_may_lie_beside_the_list(tmp_path: Path) -> None:
    (tmp_path / "us.jwks.json").write_text(json.dumps(US.pair.public_set), encoding="utf-8")
    (client,) = read(tmp_path, US.table(keys="us.jwks.json")).clients
    assert [key.kid for key in client.keys] == [US.pair.private["kid"]]


def test_other_keys_in_a_set_are_left_out(tmp_path: Path) -> None:
    ours: list[Any] = [*_keys(US)]  # Any: keys of every sort
    others = [{"kty": "EC", "crv": "P-256", "kid": "1", "x": "AA", "y": "AA"},
              {"kty": "OKP", "crv": "Ed25519", "kid": "2", "x": "AA"},
              {**ours[0], "kid": "3", "use": "enc"}, {**ours[0], "kid": "4", "alg": "ES256"},
              {key: value for key, value in ours[0].items() if key != "kid"}]  # fmt: skip
    (client,) = read(tmp_path, US.table(keys={"keys": [*others, *ours]})).clients
    assert [key.kid for key in client.keys] == [US.pair.private["kid"]]


def _keys(caller: Caller) -> list[dict[str, str]]:
    keys: list[dict[str, str]] = json.loads(json.dumps(caller.pair.public_set))["keys"]
    return keys


JWK = _keys(US)[0]
# (settings that are changed, what is said)
WRONG: dict[str, tuple[dict[str, object], str]] = {
    "an unknown key": ({"algoritms": ["ES384"]}, '"algoritms" of client "st-marys" is not known.'),
    "no name": ({"name": None}, '"name" of client 1 is missing'),
    "no issuer": ({"issuer": None}, '"issuer" of client "st-marys" is missing'),
    "no algorithms": ({"algorithms": None}, '"algorithms" of client "st-marys" is missing'),
    "none of them": ({"algorithms": []}, '"algorithms" of client "st-marys" cannot be used'),
    "HS256": ({"algorithms": ["HS256"]}, "of ES384 and RS384"),
    "alg none": ({"algorithms": ["none"]}, "of ES384 and RS384"),
    "a name in capitals": ({"name": "St Mary"}, "small letters"),
    "a name with a number": ({"name": "nhs-9997771230"}, "no long number"),
    "neither keys nor jku": ({"keys": None}, 'needs either "keys" or "jku"'),
    "keys and jku": ({"jku": "https://a.example/jwks"}, 'needs either "keys" or "jku"'),
    "a file that is not there": ({"keys": "none.json"}, "cannot be read"),
    "a private key": ({"keys": {"keys": [dict(US.pair.private)]}}, "holds a private key"),
    "a secret": ({"keys": {"keys": [{"kty": "oct", "k": "AA"}]}}, "or a shared secret"),
    "no keys": ({"keys": {"keys": []}}, "has no key for ES384"),
    "no set": ({"keys": {"kty": "EC"}}, "is not a JWK Set"),
    "one kid twice": ({"keys": {"keys": [JWK, JWK]}}, "two keys with the same kid"),
    "a point off the curve": ({"keys": {"keys": [{**JWK, "x": JWK["y"]}]}}, "missing or wrong"),
    "keys for no algorithm": ({"algorithms": ["RS384"]}, '"st-marys" has no key for one'),
    "a weak RSA key": (
        {"keys": {"keys": [{"kty": "RSA", "kid": "1", "n": "u" * 170, "e": "AQAB"}]}},
        "2048 to 8192 bits",
    ),
    "every origin": ({"origins": ["*"]}, "none of them *"),
    "an origin with a path": ({"origins": ["https://a.example/"]}, "exact browser origins"),
    "an origin by http": ({"origins": ["http://a.example"]}, "https address"),
    "jku at a private number": ({"keys": None, "jku": "https://10.0.0.1/x"}, "public address"),
    "jku under a rented machine": (
        {"keys": None, "jku": "https://169.254.169.254/latest"},
        "public address",
    ),
    "jku by http": ({"keys": None, "jku": "http://a.example/jwks"}, "https address"),
    "a server by http": ({"fhir_servers": ["http://a.example/fhir"]}, "over https"),
    "a server on our own network": ({"fhir_servers": ["https://10.0.0.1/fhir"]}, "as local"),
    "a server with a user": ({"fhir_servers": ["https://a@b.example"]}, "https://host/path"),
    "a server with a query": ({"fhir_servers": ["https://b.example?a=b"]}, "https://host/path"),
    "a server with a mark": ({"fhir_servers": ["https://b.example#a"]}, "https://host/path"),
    "a server in other letters": (
        {"fhir_servers": ["https://b\u0435.example"]}, "https://host/path",
    ),
    "null of another sort": ({"null_means": "nothing"}, '"unknown" or "empty"'),
    "no calls": ({"most_per_minute": 0}, "from 1 to 1000000"),
    "a number as text": ({"most_per_minute": "60"}, "from 1 to 1000000"),
    "a day": ({"longest_minutes": 1440}, "1 to 60 minutes"),
    "yes as text": ({"without_token": "no"}, "true or false"),
}  # fmt: skip


@pytest.mark.parametrize(("settings", "says"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_in_one_sentence(
    tmp_path: Path, settings: dict[str, object], says: str
) -> None:
    found = problems(tmp_path, a_list(US.table(**settings)))
    assert any(says in sentence for sentence in found), found
    for sentence in found:
        assert sentence.startswith("clients.toml: ")
        assert sentence.endswith(".")
        assert "pydantic" not in sentence.lower()


def test_a_server_may_have_a_base_for_each_practice(tmp_path: Path) -> None:
    (client,) = read(tmp_path, US.table(fhir_servers=["https://a.example/fhir/*"])).clients
    (server,) = client.fhir_servers
    assert server.allows("https://a.example/fhir/A81001")
    assert server.allows("https://a.example/fhir/")
    assert not server.allows("https://a.example/fhirs")
    assert not server.allows("https://a.example/fhir/../admin")
    assert not server.allows("https://b.example/fhir/A81001")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("https://a.example/", "https://a.example"),
        ("HTTPS://A.example:443/hooks", "https://a.example/hooks"),
        ("http://127.0.0.1:8081", "http://127.0.0.1:8081"),
    ],
)
def test_our_own_address_has_one_spelling(tmp_path: Path, written: str, read_as: str) -> None:
    path = registered(tmp_path, US.table(), public_url=written)
    assert read_list(path).public_url == read_as


@pytest.mark.parametrize(
    "written", ["https://a.example//", "https://a.example?b", "http://a.example", "a.example"]
)
def test_an_address_that_no_token_could_name_is_told(tmp_path: Path, written: str) -> None:
    (sentence,) = problems(tmp_path, a_list(US.table(), public_url=written))
    assert '"public_url"' in sentence


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = a_list(US.table(colour="red", origins=["*"]), OTHER.table(algorithms=["none"]))
    assert len(problems(tmp_path, text)) == 3
    text = a_list(US.table(keys="none.json"), US.table(jku="http://a"), public_url="ftp://a")
    assert len(problems(tmp_path, text)) == 6


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param('public_url = "x"\nclient = =', "line 2: this is not TOML", id="not TOML"),
        pytest.param("", '"public_url" of the file is missing', id="empty"),
        pytest.param(a_list(), "There is no [[client]]", id="no client"),
        pytest.param(
            a_list(US.table(), public_url="https://a.example?b"), "public_url", id="query"
        ),
        pytest.param(a_list(US.table(), public_url="http://a.example"), "public_url", id="http"),
        pytest.param("colour = 1\n" + a_list(US.table()), '"colour" of the file', id="unknown"),
        pytest.param('public_url = "x"\nclient = 7', '"client" of the file', id="no tables"),
        pytest.param('public_url = "x"\nclient = [7]', "client", id="no table"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_said(tmp_path: Path, text: str, says: str) -> None:
    assert any(says in sentence for sentence in problems(tmp_path, text))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ClientsError, match="cannot be read as text"):
        read_list(tmp_path / "none.toml")


def test_two_clients_with_one_issuer_could_not_be_told_apart(tmp_path: Path) -> None:
    found = problems(tmp_path, a_list(US.table(), OTHER.table(issuer=US.issuer)))
    assert "Two clients have the same issuer" in found[0]


FHIR = "https://a.example/fhir"


def reminding(**settings: object) -> str:
    table = {"server": FHIR, "token_file": "token", **settings}
    lines = [f"{key} = {json.dumps(value)}" for key, value in table.items() if value is not None]
    return "\n".join([US.table(fhir_servers=[FHIR]), "[client.reminders]", *lines])


def test_where_reminders_may_be_written_is_said_by_itself(tmp_path: Path) -> None:
    (client,) = read(tmp_path, US.table(fhir_servers=[FHIR])).clients
    assert client.reminders is None
    (client,) = read(tmp_path, reminding(within=7, settle=9)).clients
    assert client.reminders == Reminders(Allowed.parse(FHIR), tmp_path / "token", 7, 9)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param(
            {"server": "https://b.example/fhir"}, 'none of its "fhir_servers"', id="another"
        ),
        pytest.param({"server": "http://a.example/fhir"}, "over https", id="no https"),
        pytest.param({"token_file": None}, 'needs a "token_file"', id="no token"),
        pytest.param({"client_id": "us"}, '"client_id" and "key"', id="no key"),
        pytest.param({"scope": "system/*.cruds"}, '"client_id" and "key"', id="nobody who signs"),
        pytest.param({"client_id": "us", "key": "k"}, "and not both", id="a token and a key"),
        pytest.param(
            {"token_file": None, "client_id": "us", "key": "k", "token_at": "http://a.example/t"},
            '"token_at" of "reminders"',
            id="tokens over http",
        ),
        pytest.param({"settle": 0}, '"settle" of "reminders"', id="no time to settle"),
        pytest.param({"always": True}, '"always" of "reminders"', id="what it does not know"),
    ],
)
def test_what_is_wrong_with_that_is_said(
    tmp_path: Path, settings: dict[str, object], says: str
) -> None:
    (said,) = problems(tmp_path, f'public_url = "https://us.example"\n{reminding(**settings)}\n')
    assert says in said
