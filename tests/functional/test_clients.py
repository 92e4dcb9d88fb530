"""Clients with keys, from outside: real processes that share a store, and one that is killed."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from cds_hooks.clock import now
from tests.callers import PUBLIC_URL, Caller, bearer, registered
from tests.fhir_builders import COPD_RULE
from tests.running import GOODDAY
from tests.served import Running, piloting, serving

pytestmark = pytest.mark.long

DISCOVERY = "/cds-services"
SOAK = settings().max_examples > 200
WORKERS, TOKENS = (("first", "second", "third", "fourth"), 1_000) if SOAK else (("a", "b"), 40)
US = Caller()


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice")
    piloting(folder, COPD_RULE)
    registered(folder, US.table(most_per_minute=100_000))
    return folder


def at(practice: Path) -> list[str]:
    return ["--clients", str(practice / "clients.toml")]


def a_token() -> str:
    return US.token(PUBLIC_URL + DISCOVERY, now())


def status(running: Running, token: str) -> int:
    return running.send("GET", DISCOVERY, headers=bearer(token)).status


# ---- replay ---------------------------------------------------------------------------------


@pytest.fixture
def workers(tmp_path: Path, practice: Path) -> Iterator[list[Running]]:
    """Services, each a process of its own, over one store."""
    with ExitStack() as open_now:
        yield [
            open_now.enter_context(
                serving(tmp_path / name, practice, *at(practice), "--data", str(tmp_path / "one"))
            )
            for name in WORKERS
        ]


def test_a_token_opens_one_door_once_whichever_process_is_asked(workers: list[Running]) -> None:
    """The last of them is asked at once with the first, and each again later."""
    tokens = [a_token() for _ in range(TOKENS)]
    answers: dict[str, list[int]] = {token: [] for token in tokens}

    def attempt(number: int) -> None:
        token, turn = tokens[number // 6], number % 6
        answers[token].append(status(workers[turn % len(workers)], token))

    with ThreadPoolExecutor(12) as callers:
        list(callers.map(attempt, range(len(tokens) * 6)))
    assert all(sorted(told) == [200] + [401] * 5 for told in answers.values())


def test_a_used_token_is_known_after_the_process_was_killed(tmp_path: Path, practice: Path) -> None:
    tokens = [a_token() for _ in range(20)]
    data = ("--data", str(tmp_path / "one"))
    with serving(tmp_path / "first", practice, *at(practice), *data) as first:
        assert [status(first, token) for token in tokens] == [200] * 20
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
    with serving(tmp_path / "second", practice, *at(practice), *data) as second:
        assert [status(second, token) for token in tokens] == [401] * 20
        assert status(second, a_token()) == 200


def test_without_its_store_nobody_is_let_in(tmp_path: Path, practice: Path) -> None:
    with serving(tmp_path, practice, *at(practice)) as running:
        assert status(running, a_token()) == 200
        (running.store / "tokens.sqlite").unlink()
        replies = [running.send("GET", DISCOVERY, headers=bearer(a_token())) for _ in range(3)]
        assert [reply.status for reply in replies] == [503] * 3
        assert "used tokens cannot be used" in replies[0].text
        forged = US.token(PUBLIC_URL, now())
        assert status(running, forged) == 401, "who is not let in learns nothing"


# ---- keys and tokens from the command line --------------------------------------------------


def goodday(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [GOODDAY, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("algorithm", ["ES384", "RS384"])
def test_from_no_keys_to_an_answer_with_two_commands(
    tmp_path: Path, practice: Path, algorithm: str
) -> None:
    made = goodday("client", "keygen", "--name", "tea", "--to", tmp_path, "--alg", algorithm)
    assert (made.returncode, made.stderr) == (0, "")
    private = tmp_path / "tea.private.json"
    assert oct(os.stat(private).st_mode & 0o777) == "0o600"
    assert "d" not in json.loads((tmp_path / "tea.jwks.json").read_text("utf-8"))["keys"][0]
    lines = f'public_url = "{PUBLIC_URL}"\n\n{made.stdout}'
    (tmp_path / "clients.toml").write_text(lines, encoding="utf-8")
    given = ["--issuer", "https://tea.example", "--for", PUBLIC_URL + DISCOVERY]
    printed = goodday("client", "token", "--key", private, *given)
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", printed.stdout)
    with serving(
        tmp_path / "run", practice, "--clients", str(tmp_path / "clients.toml")
    ) as running:
        assert status(running, printed.stdout.strip()) == 200
        assert status(running, printed.stdout.strip()) == 401
        assert running.stop() == 0
        assert "open" not in running.wrote()


def test_keys_are_never_written_over(tmp_path: Path) -> None:
    goodday("client", "keygen", "--name", "tea", "--to", tmp_path)
    before = (tmp_path / "tea.private.json").read_bytes()
    again = goodday("client", "keygen", "--name", "tea", "--to", tmp_path)
    assert again.returncode == 2
    assert "There is a key of tea in" in again.stderr
    assert (tmp_path / "tea.private.json").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("keygen", "--name", "St Mary"), "The name of a client is in small letters"),
        (("keygen", "--name", "tea", "--to", "/dev/null/x"), "cannot be written to"),
        (("token", "--key", "none", "--issuer", "a", "--for", "b"), "cannot be read"),
        (("token", "--key", __file__, "--issuer", "a", "--for", "b"), "is not a private key"),
    ],
)
def test_what_a_command_cannot_use_gets_one_sentence(arguments: tuple[str, ...], says: str) -> None:
    done = goodday("client", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


# ---- how it starts --------------------------------------------------------------------------


def start(practice: Path, *options: str) -> tuple[int, str]:
    """The exit code and standard error of a start that does not come to anything."""
    done = goodday("serve", "--practice", practice, "--port", "0", *options)
    assert done.stdout == ""
    return done.returncode, done.stderr.strip()


def test_it_does_not_start_until_it_is_known_who_may_call(tmp_path: Path, practice: Path) -> None:
    code, says = start(practice, "--data", str(tmp_path))
    assert code == 2
    assert says.startswith("Nobody is listed who may call. Name the list with --clients FILE")
    assert "--open" in says
    assert "\n" not in says
    code, says = start(practice, *at(practice), "--open")
    assert (code, says) == (2, "It is either --clients FILE or --open: leave one of them out.")
    for option in (("--origin", "https://a.example"), ("--null-means", "empty")):
        code, says = start(practice, *at(practice), *option)
        assert code == 2
        assert says.startswith("With --clients, origins and null_means stand in the file")


def test_a_list_with_mistakes_is_told_line_by_line(tmp_path: Path, practice: Path) -> None:
    path = registered(tmp_path, US.table(colour="red", origins=["*"]))
    code, says = start(practice, "--clients", str(path), "--data", str(tmp_path / "data"))
    assert code == 2
    assert len(says.splitlines()) == 2
    assert '"colour" of client "st-marys" is not known.' in says


def test_a_life_is_over_after_it_is_over(tmp_path: Path, practice: Path) -> None:
    with serving(tmp_path, practice, *at(practice)) as running:
        late = US.token(PUBLIC_URL + DISCOVERY, now() - timedelta(minutes=7))
        assert status(running, late) == 401
        lines = [json.loads(x) for x in running.wrote().splitlines() if x.startswith("{")]
        assert lines[-1] == {
            "event": "refused", "status": 401, "reason": "UnknownCaller", "kind": "expired",
            "client": "st-marys",
        }  # fmt: skip
