"""Everybody at a server fetched, and asked about as if they were in a folder of their own."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fhir_adapters.allowed import Allowed, Place
from fhir_adapters.bulk.chunk import Row, evaluate_chunk
from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.people import SetAside
from fhir_adapters.bulk.source import ready
from fhir_adapters.fetching.calling import Timing
from fhir_adapters.fetching.fetch import Brought, Wish, fetch
from fhir_adapters.needs import Needs, needs
from rules.load import load_library
from rules.rule import Rule
from tests.builders import Resource
from tests.fetching import nobody_looks
from tests.fhir_servers.served import SYNTHEA
from tests.fhir_servers.servers import FhirServer

DAY = date(2022, 1, 1)


@cache
def rules() -> tuple[Rule, ...]:
    """The rules that we ship, and those that were written for the shared data."""
    return (*load_library().usable().rules, *load_library(SYNTHEA).usable().rules)


@cache
def read() -> Needs:
    """What those read."""
    return needs(rules())


def fetched(server: FhirServer, to: Path, by: str = "", level: str = "Patient") -> Brought:
    """Everybody at a server, in a folder."""

    async def sooner(seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.5))  # HAPI asks to be left alone for two minutes

    at = Allowed.parse(f"http://127.0.0.1:{server.port}/fhir", local=True)
    base = Place(at.scheme, at.host, at.port, at.path)
    wish = Wish(base, to, read(), by=by, level=level, local=True)
    return asyncio.run(fetch(wish, nobody_looks, timing=Timing(pause=sooner)))


def rows(folder: Path) -> list[Row]:
    """What every rule comes to for everybody in a folder."""
    with TemporaryDirectory() as scratch, Crew(1) as crew:
        found = ready(folder, read(), Path(scratch), crew)
        told: list[SetAside] = []
        return sorted(
            row for part in found.parts for row in evaluate_chunk(rules(), part.people(told), DAY)
        )


def written(resources: Iterable[Resource], folder: Path, types: Sequence[str]) -> Path:
    """Resources as a folder of NDJSON, with an empty file for what there is nothing of."""
    folder.mkdir()
    for kind in types:
        (folder / f"{kind}.ndjson").touch()
    for one in resources:
        with (folder / f"{one['resourceType']}.ndjson").open("a", encoding="utf-8") as file:
            file.write(json.dumps(one) + "\n")
    return folder
