"""A token that was changed in anything opens nothing (T1): 200 here, 100,000 by make soak."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cds_hooks.clients.keys import KeyRing
from cds_hooks.clients.listed import Client, read_list
from cds_hooks.clients.tokens import read_token, what_is_wrong
from tests.callers import PUBLIC_URL, Caller, a_pair, registered, unpadded
from tests.served import NOW

AUD = PUBLIC_URL + "/cds-services"
CALLERS = (Caller(), Caller("rsa", "https://ehr.rsa.example", a_pair("rsa", "RS384")))
TOKENS = tuple(caller.token(AUD, jti="one") for caller in CALLERS)
SOAK = hypothesis_settings.get_current_profile_name() == "soak"
MANY = hypothesis_settings(max_examples=100_000 if SOAK else 200, deadline=None)

Opens = Callable[[str], bool]


@pytest.fixture(scope="module")
def opens(tmp_path_factory: pytest.TempPathFactory) -> Opens:
    """Whether a token would open the door, were it never used before."""
    folder: Path = tmp_path_factory.mktemp("clients")
    listed = read_list(registered(folder, *(caller.table() for caller in CALLERS)))
    by_issuer: dict[str, Client] = {client.issuer: client for client in listed.clients}
    rings = {client.name: KeyRing(client.keys) for client in listed.clients}

    def open_it(text: str) -> bool:
        token, moment = read_token(text), NOW.timestamp()
        if token is None:
            return False
        client = by_issuer.get(token.claims.iss)
        key = rings[client.name].find(token.header.kid, moment) if client else None
        return not what_is_wrong(token, client, [AUD], key, moment)

    return open_it


def test_the_tokens_open_before_they_are_changed(opens: Opens) -> None:
    assert all(opens(token) for token in TOKENS)


_CHARACTERS = st.sampled_from(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\u00e9\u0661"
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@st.composite
def changed(draw: st.DrawFn) -> str:
    """A right token with letters changed, taken out or put in, or with another part."""
    token = draw(st.sampled_from(TOKENS))
    parts = token.split(".")
    match draw(st.sampled_from(["letter", "out", "in", "swap", "bit", "member", "part", "ends"])):
        case "letter":
            at = draw(st.integers(0, len(token) - 1))
            token = token[:at] + draw(_CHARACTERS) + token[at + 1 :]
        case "out":
            at, end = sorted(draw(st.tuples(*[st.integers(0, len(token))] * 2)))
            token = token[:at] + token[end:]
        case "in":
            at = draw(st.integers(0, len(token)))
            token = token[:at] + draw(st.text(_CHARACTERS, min_size=1, max_size=5)) + token[at:]
        case "swap":
            other = draw(st.sampled_from(TOKENS)).split(".")
            which = draw(st.integers(0, 2))
            token = ".".join([*parts[:which], other[which], *parts[which + 1 :]])
        case "bit":
            which = draw(st.integers(0, 2))
            data = bytearray(_bytes(parts[which]))
            bit = draw(st.integers(0, len(data) * 8 - 1))
            data[bit // 8] ^= 1 << bit % 8
            token = ".".join([*parts[:which], unpadded(bytes(data)), *parts[which + 1 :]])
        case "member":
            which = draw(st.integers(0, 1))
            members = json.loads(_bytes(parts[which]))
            named = [*members, "crit", "jwk", "jku", "nbf", "tenant", "x5c", "b64"]
            members[draw(st.sampled_from(named))] = draw(_JSON)
            data = json.dumps(members, separators=(",", ":")).encode()
            token = ".".join([*parts[:which], unpadded(data), *parts[which + 1 :]])
        case "part":
            which = draw(st.integers(0, 2))
            data = draw(st.binary(max_size=400))
            token = ".".join([*parts[:which], unpadded(data), *parts[which + 1 :]])
        case _:
            token = draw(st.sampled_from(["", ".", "=", " "])) + token + draw(_CHARACTERS)
    return token


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@MANY
@given(changed())
def test_a_token_that_was_changed_opens_nothing(opens: Opens, token: str) -> None:
    assert token in TOKENS or not opens(token)


@given(st.text() | st.binary().map(unpadded) | st.text(_CHARACTERS))
def test_whatever_is_sent_in_its_place_opens_nothing(opens: Opens, text: str) -> None:
    assert not opens(text)
