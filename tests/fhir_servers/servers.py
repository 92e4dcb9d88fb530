"""FHIR servers that no one here wrote, as processes of their own on free ports."""

import json
import shutil
import subprocess
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from tests.builders import Resource
from tests.fhir_servers.gate import Gate, before

HERE = Path(__file__).parent
MEDPLUM = HERE / "medplum"
HAPI = HERE / "hapi"


@dataclass(frozen=True)
class FhirServer:
    """A running server: its own port for putting people on it, and the gate for everybody else."""

    port: int
    gate: Gate

    def put(self, resources: Iterable[Resource], *, as_it_was: bool = False) -> None:
        """Write resources, one by one, under the ids that they have.

        ``as_it_was``: as from a copy, under the version too that they have (Medplum alone).
        """
        headers = {"Content-Type": "application/fhir+json"}
        if as_it_was:
            headers["X-As-It-Was"] = "yes"
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            for one in resources:
                target = f"/fhir/{one['resourceType']}/{one['id']}"
                connection.request("PUT", target, json.dumps(one).encode(), headers)
                response = connection.getresponse()
                body = response.read()
                assert response.status in (200, 201), body[:2000]


@contextmanager
def medplum() -> Generator[FhirServer]:
    """Medplum's engine with its repository in memory, which pages its lists by twenty."""
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    if not (MEDPLUM / "node_modules" / "made").exists():
        pytest.skip("make servers has not fetched Medplum")
    with _started(["node", str(MEDPLUM / "server.mjs")]) as server:
        yield server


def _libraries() -> str:
    """Where the libraries of HAPI are; the test is skipped where there are none."""
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    if not (HAPI / "target" / "made").exists():
        pytest.skip("make servers has not built HAPI FHIR JPA")
    return (HAPI / "target" / "classpath").read_text(encoding="utf-8").strip()


def said_by_validator(resources: Iterable[Resource]) -> list[str]:
    """What HAPI's validator says of each, by HL7's definitions of R4: "valid", or what is wrong."""
    lines = "".join(f"{json.dumps(one)}\n" for one in resources)
    command = ["java", "-cp", _libraries(), str(HAPI / "Validate.java")]
    done = subprocess.run(
        command, input=lines, capture_output=True, encoding="utf-8", timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout.splitlines()


@contextmanager
def hapi() -> Generator[FhirServer]:
    """HAPI FHIR JPA over a database in memory, which pages its lists by twenty."""
    libraries = _libraries()
    # It runs for a minute or two: what would make it faster after an hour is left out.
    quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx1g"]
    classpath = f"{HAPI / 'target' / 'classes'}:{libraries}"
    with _started(["java", *quick, "-cp", classpath, "Server"]) as server:
        yield server


@contextmanager
def _started(command: Sequence[str]) -> Generator[FhirServer]:
    """A process that prints its port and ends when its standard input does."""
    with (
        TemporaryFile() as errors,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line.strip().isdigit():
                process.kill()
                process.wait()
                errors.seek(0)
                raise AssertionError(errors.read()[-4000:].decode(errors="replace"))
            with before(int(line)) as gate:
                yield FhirServer(int(line), gate)
        finally:
            process.kill()
