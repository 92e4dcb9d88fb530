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
    "a condition twice, the plan gone": Somebody(EDITED, "25b0b189-bc53-4025-af86-9038ee1b8d20"),
    "a plan entered in error": Somebody(EDITED, "4b65ed63-14ff-46f9-b336-1edb1ef1410e"),
    "a condition without a date": Somebody(EDITED, "186ff984-f437-4817-8d35-0997a8b7f405"),
    "a condition in words only": Somebody(EDITED, "beaf0c3d-bcd4-4155-8a7b-f493bdc8f9fe"),
    "a code of another system": Somebody(EDITED, "71304c2e-64b0-4b57-91f6-2c1ff771d72c"),
    "the code as the second one": Somebody(EDITED, "46d8cf9a-63e3-43bc-1241-3a01f198fe87"),
    "a year instead of a date": Somebody(EDITED, "8de3051f-6298-43e6-9b7f-2aa6443ee760"),
    "a long record, the plan revoked": Somebody(EDITED, "948e608d-e408-4788-8cf2-8157c49c2940"),
    "a plan of the year 2150": Somebody(EDITED, "b361ebbe-5dd5-4dee-a178-773d774fc04d"),
    "a plan of another system": Somebody(EDITED, "6234b038-fa0d-476f-b373-6c22de018cf7"),
    "somebody who has died": Somebody(EDITED, "ae6225ec-c4c0-400f-bbcd-4aba181be869"),
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
        name = part.get("reference")
        if name in names:
            part["reference"] = names[name]
        elif isinstance(name, str) and "?" in name:
            del part["reference"]  # of somebody at a clinic, to be looked up as it is uploaded
        return part

    entries = json.loads(bundle, object_hook=renamed)["entry"]
    resources: list[Resource] = [entry["resource"] for entry in entries]
    wanted = [one for one in resources if one["resourceType"] in (*KINDS, "Patient")]
    # The patient first: a server may want to know whom the rest is about.
    return sorted(wanted, key=lambda one: str(one["resourceType"]) != "Patient")
