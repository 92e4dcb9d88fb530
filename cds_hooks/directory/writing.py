"""Entries as a text in one of the shapes that others read."""

import json
from collections.abc import Iterable
from datetime import date

from cds_hooks.directory import aliss, referral
from cds_hooks.directory.shapes import Json
from rules.support import Support

SHAPES = ("aliss", "open-referral")


def directory_text(entries: Iterable[tuple[Support, str]], shape: str, today: date) -> str:
    """Entries, each with what it came as ("" for none), in one of the shapes.

    What came in the other shape is written anew in this one.
    """
    known = ((entry, _original(came, shape)) for entry, came in entries)
    write = aliss.write_aliss if shape == SHAPES[0] else referral.write_referral
    return json.dumps(write(known, today), ensure_ascii=False, indent=1)


def came_as(shape: str, original: Json) -> str:
    """What an entry was written as, to be kept beside it."""
    return json.dumps([shape, original], ensure_ascii=False)


def _original(came: str, shape: str) -> Json | None:
    if not came:
        return None
    written, original = json.loads(came)
    return original if slugged(written) == shape else None


def slugged(shape: str) -> str:
    """The name of a shape as it is typed."""
    return shape.replace(" ", "-")
