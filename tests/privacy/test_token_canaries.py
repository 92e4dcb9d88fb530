"""Nothing of a token where it does not belong (PRODUCT 4.4, T6): not it, its key, nor its claims.

What our own list calls the client may be in the log. Everything else that a token says, and the
token, is looked for in bodies, headers, logs, exceptions, and the files of the store.
"""

import asyncio
import json
import traceback
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from cds_hooks.clients.callers import Clients
from cds_hooks.clients.making import Pair
from cds_hooks.clients.tokens import read_token
from cds_hooks.clock import now
from cds_hooks.refusals import Refusal
from rules.rule import Library
from tests.callers import PUBLIC_URL, Caller, a_pair, bearer, guarded, registered
from tests.fhir_builders import COPD_RULE, RESULTS_RULE
from tests.served import NOW, piloting, serving

CANARY = "tokencanary"
DISCOVERY = "/cds-services"
AUD = PUBLIC_URL + DISCOVERY
KNOWN = Caller("st-marys", f"https://{CANARY}-issuer.example", a_pair("canary"))
UNKNOWN = replace(KNOWN, issuer=f"https://{CANARY}-nobody.example")
SPOILT = Pair({**KNOWN.pair.private, "kid": f"{CANARY}-kid"})


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice")
    piloting(folder, COPD_RULE, RESULTS_RULE)
    return folder


@pytest.fixture(scope="module")
def library(practice: Path) -> Library:
    return piloting(practice, COPD_RULE, RESULTS_RULE)


def tokens(at: int) -> list[str]:
    """One of each sort: right, used, and wrong in each thing that is looked at."""
    marked = {"jti": f"{CANARY}-jti", "tenant": f"{CANARY}-tenant", "sub": CANARY}
    changes: list[dict[str, object]] = [
        {}, {}, {"aud": f"https://{CANARY}.example"}, {"exp": at - 100, "iat": at - 200},
        {"iat": at + 200, "exp": at + 300}, {"exp": at + 9999}, {"jti": ""},
        {"iat": "tokencanary"}, {"aud": [CANARY]},
    ]  # fmt: skip
    found = [KNOWN.token(AUD, NOW, **{"iat": at, "exp": at + 60, **marked, **c}) for c in changes]
    for caller in (UNKNOWN, replace(KNOWN, pair=SPOILT), replace(KNOWN, pair=a_pair("x"))):
        found.append(caller.token(AUD, NOW, iat=at, exp=at + 60, jti=f"{CANARY}-2"))
    return [*found, f"{CANARY}.{CANARY}.{CANARY}", CANARY, found[0][:-3], found[0] + "="]


def secrets(sent: list[str]) -> list[str]:
    """What must not be found: the canary, and every part of every token."""
    parts = {part for token in sent for part in token.split(".") if len(part) > 20}
    keys = [str(KNOWN.pair.private[name]) for name in ("d", "x", "y", "kid")]
    return [CANARY, *parts, *keys]


def found_in(text: str | bytes, sent: list[str]) -> list[str]:
    low = (text.decode("utf-8", "replace") if isinstance(text, bytes) else text).lower()
    return [secret for secret in secrets(sent) if secret.lower() in low]


def test_the_search_itself_finds_a_token() -> None:
    sent = tokens(int(NOW.timestamp()))
    for token in sent:
        assert found_in(f"something {token} something", sent), token


def test_no_answer_log_or_file_holds_anything_of_a_token(
    tmp_path: Path, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    sent = tokens(int(NOW.timestamp()))
    with guarded(tmp_path, library, KNOWN.table(most_per_minute=2)) as service:
        statuses: list[int] = []
        for token in sent:
            response = service.client.get(DISCOVERY, headers=bearer(token))
            statuses.append(response.status_code)
            assert not found_in(response.text + str(response.headers), sent)
        files = {path.name: path.read_bytes() for path in service.store.iterdir()}
        (service.store / "tokens.sqlite").unlink()
        failed = service.client.get(DISCOVERY, headers=bearer(KNOWN.token(AUD, jti=CANARY)))
        assert failed.status_code == 503
        assert not found_in(failed.text, sent)
    assert statuses == [200] + [401] * (len(sent) - 1)
    logged = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("httpx"))
    kinds = {json.loads(line)["kind"] for line in logged.splitlines() if '"kind"' in line}
    assert kinds >= {"used", "audience", "expired", "not-yet", "lasts-too-long", "no-jti", "key",
                     "issuer", "token"}  # fmt: skip
    assert '"client":"st-marys"' in logged
    assert not found_in(logged, sent)
    assert not [name for name, held in files.items() if found_in(held, sent)]


def test_no_exception_says_anything_of_a_token_in_any_form(tmp_path: Path) -> None:
    sent = tokens(int(NOW.timestamp()))
    clients = Clients.read(registered(tmp_path, KNOWN.table()), tmp_path)

    async def ask(token: str) -> str:
        try:
            await clients.caller([f"Bearer {token}"], [DISCOVERY], NOW)
        except Refusal as error:
            return f"{error!s}{error!r}{''.join(traceback.format_exception(error))}"
        return ""

    raised = [asyncio.run(ask(token)) for token in sent]
    clients.close()
    assert len([text for text in raised if text]) == len(sent) - 1
    assert not [text for text in raised if found_in(text, sent)]
    shown = [repr(read_token(token)) + str(read_token(token)) for token in sent]
    assert not [text for text in shown if found_in(text, sent)]


@pytest.mark.long
def test_a_real_server_writes_nothing_of_a_token(tmp_path: Path, practice: Path) -> None:
    path = registered(tmp_path / "list", KNOWN.table())
    sent = tokens(int(now().timestamp()))
    with serving(tmp_path, practice, "--clients", str(path)) as running:
        for token in sent:
            for method in ("GET", "POST"):
                with suppress(BrokenPipeError, ConnectionResetError):
                    reply = running.send(method, f"{DISCOVERY}?t={token}", headers=bearer(token))
                    assert not found_in(reply.text, sent)
        for token in sent:
            running.raw(f"GET {DISCOVERY} HTTP/9\r\nAuthorization: {token}\r\n\r\n".encode())
        running.stop()
        wrote = running.wrote()
    assert '"reason":"UnknownCaller"' in wrote
    assert "Traceback" not in wrote
    assert not found_in(wrote, sent)
