"""A small file of the demo's own, in JSON: whole or not at all, also when the power goes."""

import os
from pathlib import Path

import msgspec

from cds_hooks.demo.writing import Json

_OBJECT = msgspec.json.Decoder(Json)


class NotOurs(ValueError):
    """A file is there that we did not write, or that was changed since."""


def read(file: Path) -> Json | None:
    """What was kept in a file; None where there is no such file. Raises NotOurs or OSError."""
    try:
        return _OBJECT.decode(file.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:  # of msgspec's, and of bytes that are no text
        raise NotOurs from None


def write(file: Path, kept: Json) -> None:
    """Put it in the place of what was there. Raises OSError."""
    draft = file.with_suffix(".new")
    draft.write_bytes(msgspec.json.encode(kept))
    os.replace(draft, file)
