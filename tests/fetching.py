"""People at a FHIR server, and somebody who fetches them; as a process too, which can be ended."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fhir_adapters.allowed import Allowed, Place
from fhir_adapters.bulk.files import find, lines
from fhir_adapters.fetching.calling import Timing
from fhir_adapters.fetching.fetch import Brought, Wish, fetch
from fhir_adapters.needs import needs_of
from rules.record import Kind
from tests.builders import Resource, a_condition, a_patient, a_resource, code
from tests.bulk_server import Bulk
from tests.fhir_server import running

NEEDS = needs_of({Kind.CONDITION: [code("cough")], Kind.TAG: [code("cough")]})


def people(count: int = 40) -> list[Resource]:
    """So many people, each with a condition and with a Flag."""
    found: list[Resource] = []
    for number in range(count):
        who = {"subject": {"reference": f"Patient/p{number}"}}
        found.append(a_patient(f"p{number}", born="1966-01-01"))
        found.append({**a_condition("cough"), **who, "id": f"c{number}"})
        found.append({**a_resource("Flag", "cough"), **who, "id": f"f{number}"})
    return found


@dataclass
class Clock:
    """Time that passes when somebody waits."""

    now: float = 0.0
    waited: list[float] = field(default_factory=list[float])

    def timing(self) -> Timing:
        async def pause(seconds: float) -> None:
            self.now += seconds
            self.waited.append(seconds)
            await asyncio.sleep(0)

        return Timing(lambda: self.now, pause)


def wish(base: str, to: Path, **more: Any) -> Wish:  # Any: whatever a test wishes besides
    at = Allowed.parse(base, local=True)
    place = Place(at.scheme, at.host, at.port, at.path)
    return replace(Wish(place, to, NEEDS, local=True), **more)


def nobody_looks(what: str, done: float, of: float | None) -> None:
    """Nobody looks how far it is."""
    del what, done, of


def fetched(
    bulk: Bulk,
    to: Path,
    clock: Clock | None = None,
    *,
    pages_of: int = 200,
    **more: Any,  # whatever a test wishes besides
) -> Brought:
    """What somebody comes back with who fetches once. Raises NotFetched or BulkError."""

    async def once() -> Brought:
        async with running(bulk.server(pages_of=pages_of)) as server:
            timing = (clock or Clock()).timing()
            return await fetch(wish(server.base, to, **more), nobody_looks, timing=timing)

    return asyncio.run(once())


def held(folder: Path) -> list[Resource]:
    """Every line of a folder."""
    return [
        json.loads(text)
        for pieces in find(folder).values()
        for piece in pieces
        for _, text in lines(piece)
        if text is not None
    ]


def counted(resources: Iterable[Resource]) -> Counter[str]:
    """The same in whichever order it came."""
    return Counter(json.dumps(one, sort_keys=True) for one in resources)


if __name__ == "__main__":
    asyncio.run(fetch(wish(sys.argv[1], Path(sys.argv[2]), by=sys.argv[3]), nobody_looks))
