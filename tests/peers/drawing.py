"""People drawn for a comparison: few entries each, and in these all that may be read two ways.

Statuses and doubts of every sort, days at the edge of a window, months and years in place of days,
no day at all, days ahead, and entries of which something was left out.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from fhir_adapters.read import TYPES
from tests.crowd.lists import lists

Resource = dict[str, object]

# The lists that the questions look for, by the type that they look in, and often one of another.
_LISTS: Mapping[str, tuple[str, ...]] = {
    "Condition": (
        "hypertension", "hypertension", "ckd", "ckd", "osteoarthritis", "type-2-diabetes",
        "depression", "asthma",
    ),
    "Observation": ("kidney-function", "kidney-function", "results-to-share", "hypertension"),
    "Procedure": ("home-blood-pressure", "home-blood-pressure", "asthma-review"),
}  # fmt: skip
_WHEN = {
    "Condition": "onsetDateTime",
    "Observation": "effectiveDateTime",
    "Procedure": "performedDateTime",
}
_STATUS: Mapping[str, tuple[str, ...]] = {
    "Observation": (
        "final", "amended", "corrected", "registered", "preliminary", "cancelled", "unknown",
        "entered-in-error",
    ),
    "Procedure": (
        "completed", "not-done", "in-progress", "stopped", "unknown", "entered-in-error",
    ),
}  # fmt: skip
_CLINICAL = ("active", "recurrence", "relapse", "inactive", "remission", "resolved")
_DOUBT = (
    "confirmed", "unconfirmed", "provisional", "differential", "refuted", "entered-in-error",
)  # fmt: skip
_EDGES = (-3, 0, 1, 30, 364, 365, 366, 729, 730, 731, 732, 2_000)  # days ago
_AGES = (17, 18, 19, 40, 64, 65, 66, 80)


def drawn(folder: Path, people: int, seed: int, today: date) -> Path:
    """So many of them as an export; the same for the same seed."""
    found: dict[str, list[Resource]] = {"Patient": []}
    for number in range(people):
        rng = Random(f"peer {seed} {number}")
        born = today.replace(year=today.year - rng.choice(_AGES)) + timedelta(rng.randint(-1, 1))
        person: Resource = {"resourceType": "Patient", "id": f"p{number}"}
        found["Patient"].append({**person, "birthDate": _told(born, rng)})
        for place in range(rng.randint(1, 7)):
            resource = _entry(rng, f"p{number}", today)
            found.setdefault(str(resource["resourceType"]), []).append(
                {**resource, "id": f"p{number}-{place}"}
            )
    folder.mkdir()
    for kind in ("Patient", *TYPES.values()):
        lines = (f"{json.dumps(one)}\n" for one in found.get(kind, ()))
        (folder / f"{kind}.ndjson").write_text("".join(lines), "utf-8")
    return folder


def _entry(rng: Random, who: str, today: date) -> Resource:
    kind = rng.choices(tuple(_LISTS), (5, 4, 2))[0]
    code = rng.choice(lists()[rng.choice(_LISTS[kind])])
    coding = [{"system": code.system, "code": code.code}]
    if rng.random() < 0.2:
        coding.append({"system": "https://crowd.example/local", "code": "X1"})
    made: Resource = {
        "resourceType": kind,
        "subject": {"reference": f"Patient/{who}"},
        "code": {"coding": coding},
    }
    if kind == "Condition":
        made |= _standing(rng, today)
    else:
        made["status"] = _mostly(rng, _STATUS[kind])
    if rng.random() < 0.9:
        made[_WHEN[kind]] = _told(today - timedelta(rng.choice(_EDGES)), rng)
    if rng.random() < 0.03:
        made["meta"] = {"tag": [{"code": rng.choice(("SUBSETTED", "REDACTED", "MASKED"))}]}
    return made


def _standing(rng: Random, today: date) -> Resource:
    made: Resource = {}
    if rng.random() < 0.8:
        made["clinicalStatus"] = {"coding": [{"code": _mostly(rng, _CLINICAL)}]}
    elif rng.random() < 0.5:
        made["abatementDateTime"] = _told(today - timedelta(rng.choice(_EDGES)), rng)
    if rng.random() < 0.5:
        made["verificationStatus"] = {"coding": [{"code": _mostly(rng, _DOUBT)}]}
    return made


def _mostly(rng: Random, words: Sequence[str]) -> str:
    """The first as often as all others together."""
    return words[0] if rng.random() < 0.5 else rng.choice(words)


def _told(day: date, rng: Random) -> str:
    """A day, now and then only its month or its year."""
    return day.isoformat()[: rng.choices((10, 7, 4), (80, 12, 8))[0]]
