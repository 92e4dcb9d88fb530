"""People of the shared data, as they are put on a FHIR server."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fhir_adapters.read import KINDS
from tests.builders import Resource
from tests.served import Json


@dataclass(frozen=True)
class Set:
    """One of the two sets of people, and a day on which the answers about them are interesting."""

    name: str
    day: date

    def everybody(self, shared_data: Path) -> list["Somebody"]:
        """All of them, in the order of their ids."""
        found = sorted((shared_data / "patients" / self.name / "bundles").glob("*.json.gz"))
        return [Somebody(self, path.name.partition(".")[0]) for path in found]


PLAIN = Set("open", date(2020, 6, 1))
EDITED = Set("open-mutated", date(2022, 1, 1))


@dataclass(frozen=True)
class Somebody:
    """One person of a set."""

    set: Set
    id: str

    def bundle(self, shared_data: Path) -> bytes:
        """Their record as it is stored, in one piece."""
        path = shared_data / "patients" / self.set.name / "bundles" / f"{self.id}.json.gz"
        return gzip.decompress(path.read_bytes())

    def resources(self, shared_data: Path) -> list[Resource]:
        """The same as a server has it, without bills: references say Type/id, as in an upload."""
        return as_on_a_server(self.bundle(shared_data))


# Twelve, chosen for what was done to their records: each of these is lost, or found where it is
# not, by some way of asking a server.
TWELVE: Mapping[str, Somebody] = {
    "a condition twice, the plan gone": Somebody(EDITED, "0a616e8d-e5d1-463e-af36-c2a4d4803be5"),
    "a plan entered in error": Somebody(EDITED, "274adb5d-0bbb-4893-ab3b-8b490fece9b8"),
    "a condition without a date": Somebody(EDITED, "bd6f9f37-7295-4cd6-b212-134afcef1253"),
    "a condition in words only": Somebody(EDITED, "beaf0c3d-bcd4-4155-8a7b-f493bdc8f9fe"),
    "a code of another system": Somebody(EDITED, "ede897d1-b0d4-4401-9c8b-45ccf637cbbd"),
    "the code as the second one": Somebody(EDITED, "46d8cf9a-63e3-43bc-1241-3a01f198fe87"),
    "a year instead of a date": Somebody(EDITED, "8de3051f-6298-43e6-9b7f-2aa6443ee760"),
    "the longest record": Somebody(EDITED, "4a0bf980-a2c9-36d6-da55-14d7aa5a85d9"),
    "a plan of the year 2150": Somebody(EDITED, "b361ebbe-5dd5-4dee-a178-773d774fc04d"),
    "a plan of another system": Somebody(EDITED, "6234b038-fa0d-476f-b373-6c22de018cf7"),
    "somebody who has died": Somebody(EDITED, "f2316789-30c4-4c06-9193-0ca5475bbb1b"),
    "nothing that a rule asks for": Somebody(PLAIN, "0283b437-ef20-41bb-a026-b60a742d536a"),
}


def as_on_a_server(bundle: bytes) -> list[Resource]:
    """What a bundle holds of the types that rules read, its references by type and id."""
    entries: list[Json] = json.loads(bundle)["entry"]
    names = {
        entry["fullUrl"]: f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
        for entry in entries
    }

    def renamed(part: Json) -> Json:
        if part.get("reference") in names:
            part["reference"] = names[part["reference"]]
        return part

    entries = json.loads(bundle, object_hook=renamed)["entry"]
    resources: list[Resource] = [entry["resource"] for entry in entries]
    wanted = [one for one in resources if one["resourceType"] in (*KINDS, "Patient")]
    # The patient first: a server may want to know whom the rest is about.
    return sorted(wanted, key=lambda one: str(one["resourceType"]) != "Patient")
