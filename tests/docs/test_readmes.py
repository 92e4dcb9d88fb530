"""Every block in every README is run: what a reader copies works, and prints what is written."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from socket import create_connection, socket
from time import sleep

import pytest

from tests.docs.parts import INTO, PART, check_part, put_into
from tests.running import GOODDAY, demo_running
from tests.served import Running

ROOT = Path(__file__).parents[2]
READMES = [
    "README.md",
    "rules/README.md",
    "prompts/README.md",
    "fhir_adapters/README.md",
    "cds_hooks/README.md",
    "tests/README.md",
]
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"# (\S+)\n")
# These serve or test until they end; each is run for real elsewhere: the demo by its own tests, the
# tests by whoever reads this.
_NOT_HERE = ("make demo", "make test", "make soak", "make bench")


def blocks(readme: str) -> list[tuple[str, str]]:
    return _BLOCK.findall((ROOT / readme).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with demo_running(tmp_path_factory.mktemp("demo")) as address:
        yield address


# Theirs start the command some thirty times, and servers.
LONG = ("rules/README.md", "fhir_adapters/README.md", "cds_hooks/README.md")


@pytest.mark.parametrize(
    "readme", [pytest.param(one, marks=[pytest.mark.long] * (one in LONG)) for one in READMES]
)
def test_every_block_runs_and_prints_what_is_written(
    readme: str, tmp_path: Path, demo: str
) -> None:
    printed, guarded, ehr = "", "", str(a_free_port())
    found = [(language, text.replace("8082", ehr)) for language, text in blocks(readme)]
    with ExitStack() as running:
        for at, (language, text) in enumerate(found, 1):
            match language:
                case "yaml" if PART.match(text):
                    check_part(tmp_path, text)
                case "yaml" if INTO.match(text):
                    put_into(tmp_path, text)
                case "yaml" | "json" | "csv" | "toml" | "python":
                    write(tmp_path, language, text)
                case "sh" if OPEN.match(text):
                    with serving_as_written(tmp_path, text):
                        pass
                case "sh" if EHR.fullmatch(text):
                    running.enter_context(ehr_as_written(tmp_path, int(ehr)))
                case "sh" if GUARDED.match(text):
                    guarded = running.enter_context(serving_as_written(tmp_path, text))
                case "sh":
                    printed = run(
                        tmp_path,
                        text,
                        demo,
                        guarded,
                        finds=at < len(found) and found[at][0] == "text",
                    )
                case "text":
                    before = found[at - 2][1]
                    for _ in range(5):  # 350 ms for a FHIR server may be little on a busy machine
                        if "@bare.json" in before and squeezed(text) not in squeezed(printed):
                            printed = run(tmp_path, before, demo, guarded, finds=True)
                    assert squeezed(text) in squeezed(printed), printed
                case _:
                    pytest.fail(f"a block of {language or 'no language'} cannot be run")


# Services are run as they are written, but for the port.
OPEN = re.compile(r"goodday (serve .*--open\b.*)\n")
GUARDED = re.compile(r"goodday (serve --clients .*) --port 8081\n")


EHR = re.compile(r"python ehr\.py\n")


def a_free_port() -> int:
    with socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def ehr_as_written(folder: Path, port: int) -> Generator[None]:
    """The FHIR server of a few lines, once it can be reached."""
    process = subprocess.Popen([sys.executable, "ehr.py"], cwd=folder, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            with suppress(ConnectionRefusedError), create_connection(("127.0.0.1", port)):
                break
            sleep(0.02)
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def serving_as_written(folder: Path, text: str) -> Generator[str]:
    written = GUARDED.fullmatch(text) or OPEN.fullmatch(text)
    assert written, text
    command = [GOODDAY, *written[1].split(), "--port", "0"]
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err)
        try:
            yield f"http://127.0.0.1:{Running(process, folder).port}"
        finally:
            process.kill()
            process.wait()


def write(folder: Path, language: str, text: str) -> None:
    """A file block names its file in its first line."""
    named = _NAMED.match(text)
    assert named, text
    path = folder / named[1]
    path.parent.mkdir(parents=True, exist_ok=True)
    if language not in ("yaml", "toml"):
        text = text[named.end() :]
    if language == "json":
        json.loads(text)
    path.write_text(text, encoding="utf-8")


def as_served(line: str, demo: str, guarded: str) -> str:
    """A line that calls, with the ports that are really listened on; tokens name those written."""
    if not line.startswith(("curl", "goodday conformance")):
        return line
    return line.replace("http://127.0.0.1:8080", demo).replace("http://127.0.0.1:8081", guarded)


def run(folder: Path, text: str, demo: str, guarded: str, *, finds: bool) -> str:
    """Every line of a shell block, with goodday on the path and the demo where it is.

    Where what it prints is written under it, a command that finds something (1) is fine too.
    """
    printed = ""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for line in text.strip().splitlines():
        if line.startswith(_NOT_HERE):
            if line.startswith("make"):
                assert_target(line.split()[1])
            continue
        done = subprocess.run(
            as_served(line, demo, guarded),
            shell=True,
            cwd=ROOT if line.startswith(("make", ".venv")) else folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        fine = (0, 1) if finds else (0,)
        assert done.returncode in fine, f"{line}\n{done.stdout}{done.stderr}"
        printed += done.stdout
    return printed


def assert_target(target: str) -> None:
    done = subprocess.run(
        ["make", "-n", target], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def squeezed(text: str) -> str:
    """Words and their order; how far apart they stand depends on the terminal."""
    return " ".join(text.split())


@pytest.mark.parametrize("readme", READMES)
def test_every_link_to_a_file_leads_somewhere(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("http"):
            assert (ROOT / readme).parent.joinpath(target).exists(), target


def test_every_setting_and_command_is_in_the_readme_of_the_doors() -> None:
    from cds_hooks.settings import Settings

    text = (ROOT / "cds_hooks/README.md").read_text(encoding="utf-8")
    for name in Settings.model_fields:
        assert f"GOODDAY_{name.upper()}" in text
    for verb in verbs():
        assert f"`goodday {verb}" in text


def verbs() -> list[str]:
    """Every verb that the command line has, as its help names them."""
    found: list[str] = []
    for verb in _verbs_of("goodday"):
        below = _verbs_of(f"goodday {verb}") if verb in ("rules", "lists", "client") else []
        found += [f"{verb} {one}" for one in below] or [verb]
    return found


def _verbs_of(command: str) -> list[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        f"{command} --help",
        shell=True,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return re.findall(r"^    ([a-z-]+)\b", done.stdout, re.MULTILINE)


def test_every_problem_code_is_in_the_catalogue() -> None:
    from rules.catalogue import CODES
    from rules.lints import LINTS

    used = {
        code
        for path in (ROOT / "rules").rglob("*.py")
        for code in re.findall(r'"([ESLTGC]\d\d)"', path.read_text(encoding="utf-8"))
    }
    assert used
    assert used <= CODES.keys() | LINTS.keys()
    assert not CODES.keys() & LINTS.keys()
