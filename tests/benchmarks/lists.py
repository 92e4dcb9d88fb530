"""The lists of people that a run over everybody is measured with, made anew in a folder.

Two sorts: Synthea's people, as ``amplify.py`` of the shared data makes more of them (about 290
resources each); and the invented practice of the crowd, who have few. A list that nobody has
anything in is an empty file, as an export of it is.
"""

import subprocess
import sys
from pathlib import Path

from fhir_adapters.read import TYPES
from tests.crowd.inventing import invent
from tests.crowd.page import SEED, TODAY
from tests.crowd.writing import write_ndjson

SHARED = Path(__file__).parents[3] / "shared" / "data"


def crowd(folder: Path, people: int) -> Path:
    """So many of the invented practice."""
    write_ndjson(folder, (invent(SEED, number, TODAY) for number in range(people)))
    return folder


def synthea(folder: Path, people: int, shared: Path = SHARED) -> Path | None:
    """So many of Synthea's people; None where the shared data is not beside the project."""
    amplify, source = shared / "tools" / "amplify.py", shared / "patients" / "open" / "ndjson"
    if not amplify.is_file() or not source.is_dir():
        return None
    told = ["-i", str(source), "-o", str(folder), "-n", str(people), "--seed", "1"]
    subprocess.run([sys.executable, str(amplify), *told], check=True, stderr=subprocess.DEVNULL)
    for resource_type in TYPES.values():
        if not any(folder.glob(f"{resource_type}.*")):
            (folder / f"{resource_type}.ndjson").touch()
    return folder
