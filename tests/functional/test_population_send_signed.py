"""A night is sent by whoever is signed in: by a token in a file, or as a SMART backend service."""

import json
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cds_hooks.commands import COULD_NOT_RUN, FINE
from tests.builders import Resource
from tests.bulk_server import CLIENT, Bulk
from tests.callers import a_pair
from tests.fhir_server import Answer, Asked, answer, up
from tests.fhir_servers.gate import Gate
from tests.fhir_servers.servers import FhirServer
from tests.sending import Sender

PAIR = a_pair("ehr")
KEY: Resource = {"token_file": None, "client_id": CLIENT, "key": "private.json"}


@dataclass
class Signed:
    """Somebody who sends nights to a server that lets in who is signed in there."""

    sender: Sender
    bulk: Bulk

    def signs(self, **changed: object) -> None:
        """By a private key, and not by a token in a file."""
        key = self.sender.folder / "private.json"
        key.write_text(json.dumps(PAIR.private), encoding="utf-8")
        table = {**KEY, **changed}
        self.sender.registers("", **{name: one for name, one in table.items() if one is not None})
        text = self.sender.clients.read_text("utf-8").replace('token_file = "token"\n', "")
        self.sender.clients.write_text(text, encoding="utf-8")

    def posted(self) -> list[Asked]:
        return [one for one in self.bulk.asked if one.line.startswith("POST /fhir ")]

    def scopes(self) -> list[str]:
        forms = [one.body.decode() for one in self.bulk.asked if one.path == "/fhir/token"]
        return [form.partition("scope=")[2].partition("&")[0] for form in forms]


@pytest.fixture
def signed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Generator[Signed]:
    bulk = Bulk([], keys=PAIR.public_set)
    with up(bulk.server()) as server:
        there = FhirServer(server.port, Gate(server.port, server.base))
        yield Signed(Sender(tmp_path, capsys, there), bulk)


def test_who_signs_with_a_key_gets_a_token_for_flags_and_for_nothing_more(signed: Signed) -> None:
    signed.signs()
    signed.sender.makes(["ann", "bea"])
    code, said = signed.sender.sends()
    assert (code, "2 reminders added" in said) == (FINE, True)
    assert signed.scopes() == ["system%2FFlag.crus"]
    assert (len(signed.posted()), signed.bulk.said) == (1, [])
    assert signed.posted()[0].headers["authorization"].startswith("Bearer ")


def test_a_server_of_smart_1_is_asked_in_its_own_words(signed: Signed) -> None:
    def spoilt(asked: Asked) -> Answer | None:
        if asked.path != "/fhir/.well-known/smart-configuration":
            return None
        at = f"{signed.sender.server.gate.address}/token"
        return answer({"token_endpoint": at, "capabilities": ["permission-v1"]})

    signed.bulk.spoilt = spoilt
    signed.signs()
    signed.sender.makes(["ann"])
    assert signed.sender.sends()[0] == FINE
    assert signed.scopes() == ["system%2FFlag.read+system%2FFlag.write"]


@pytest.mark.long
def test_a_token_that_ends_on_the_way_is_asked_for_anew(signed: Signed) -> None:
    signed.bulk.token_lasts = 1
    signed.bulk.slow = 1.0  # every answer: the token ends while the first transaction is on its way
    signed.signs()
    signed.sender.makes(f"p{number:03}" for number in range(101))
    assert signed.sender.sends()[0] == FINE
    assert len(signed.posted()) == len(signed.scopes()) == 2
    assert len({one.headers["authorization"] for one in signed.posted()}) == 2


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param({"client_id": "somebody"}, "does not know the client", id="another id"),
        pytest.param({"key": "nowhere.json"}, "nowhere.json, cannot be read", id="no key"),
        pytest.param({"key": "keys.json"}, "is not a private key", id="the public half"),
    ],
)
def test_who_is_not_let_in_sends_nothing_and_is_told(
    signed: Signed, changed: dict[str, object], says: str
) -> None:
    signed.signs(**changed)
    signed.sender.makes(["ann"])
    code, said = signed.sender.sends()
    assert (code, says in said) == (COULD_NOT_RUN, True)
    assert signed.posted() == []
    signed.signs()
    assert signed.sender.sends()[0] == FINE  # and the same command goes on


def test_neither_key_nor_token_is_said_or_written(signed: Signed) -> None:
    signed.signs()
    signed.sender.makes(["ann"])
    _, said = signed.sender.sends()
    (sent,) = signed.posted()
    token = sent.headers["authorization"].removeprefix("Bearer ")
    texts = [one.read_text("utf-8") for one in signed.sender.data.rglob("*") if one.is_file()]
    texts += [one.read_text("utf-8") for one in signed.sender.to.iterdir()]
    for secret in (token, str(PAIR.private["d"])):
        assert not any(secret in text for text in [said, *texts])


def test_what_is_there_is_asked_of_the_server_and_of_nothing_that_remembers(signed: Signed) -> None:
    unwell = iter([answer({}, 503), answer({}, 503)])
    signed.bulk.spoilt = lambda one: (
        next(unwell, None) if one.line.startswith("POST /fhir ") else None
    )
    signed.signs()
    signed.sender.makes(["ann"])
    code, said = signed.sender.sends()
    assert (code, "1 reminder added" in said) == (FINE, True)
    looks = [one for one in signed.bulk.asked if one.path == "/fhir/Flag"]
    assert looks
    assert {one.headers.get("cache-control") for one in looks} == {"no-cache"}


@pytest.mark.parametrize("token", ["", " \n"])
def test_an_empty_file_is_no_sign_in(signed: Signed, token: str) -> None:
    signed.bulk.keys = None  # and the server would take it
    signed.sender.registers(token)
    signed.sender.makes(["ann"])
    code, said = signed.sender.sends()
    assert (code, "is empty. Nothing is sent without a token" in said) == (COULD_NOT_RUN, True)
    assert signed.bulk.asked == []
