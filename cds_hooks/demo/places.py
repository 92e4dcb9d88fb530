"""Invented places for the demo's directory of local support, published by its two keepers.

They come in as a council's directory would, in the shape of Open Referral UK. Most were checked
lately, counted from the day on which the demo began; the others show what becomes of one that was
not, that has people waiting, or that waits for somebody to publish it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files

from cds_hooks.demo.keepers import KEEPERS
from cds_hooks.directory.reading import read_directory
from cds_hooks.directory.shapes import Whose
from cds_hooks.directory.writing import came_as
from cds_hooks.store.directory import Directory
from cds_hooks.suggestions import LICENCE
from rules.support import Room

_WHOSE = Whose("invented-town", LICENCE, ("Invented for the demo of Good Day",))
# How many days before the demo began each was checked.
_CHECKED: Mapping[str, int] = {
    "breathe-easy": 12,
    "singing-for-breath": 30,
    "breathing-online": 45,
    "gentle-walks": 3,
    "lung-cafe": 60,
    "chair-yoga": 200,  # faded
    "old-baths-swim": 400,  # too old to be shown
    "harbour-lunch": 20,
    "allotment": 20,
}
_HAS_A_WAIT, _WAITS, _HALF = "lung-cafe", "allotment", "harbour-lunch"


def fill(directory: Directory, began: date) -> None:
    """Put the invented places into a directory that is empty. Raises StoreError."""
    if directory.everything():
        return
    page = read_directory(
        files("cds_hooks.demo").joinpath("places.json").read_bytes(), _WHOSE, began
    )
    entries = {
        found.entry.source_id: (
            replace(
                found.entry,
                last_checked=began - timedelta(days=_CHECKED[found.entry.source_id]),
            ),
            came_as(page.shape, found.original),
        )
        for found in page.found
    }
    directory.take(entries.values(), began)
    one, other = (keeper.name for keeper in KEEPERS)
    for name, (entry, _) in entries.items():
        if name != _WAITS:
            directory.publish(entry.id, one, began)
        if name not in (_WAITS, _HALF):
            directory.publish(entry.id, other, began)
    directory.set_room(entries[_HAS_A_WAIT][0].id, Room.WAITING, 6, began)
