"""A small file of the demo's own, in JSON: whole or not at all, also when the power goes."""

import json
import os
from pathlib import Path

from cds_hooks.demo.writing import Json


class NotOurs(ValueError):
    """A file is there that we did not write, or that was changed since."""


def read(file: Path) -> Json | None:
    """What was kept in a file; None where there is no such file. Raises NotOurs or OSError."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        raise NotOurs from None
    if not isinstance(kept, dict):
        raise NotOurs
    return kept


def write(file: Path, kept: Json) -> None:
    """Put it in the place of what was there. Raises OSError."""
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(kept), encoding="utf-8")
    os.replace(draft, file)
