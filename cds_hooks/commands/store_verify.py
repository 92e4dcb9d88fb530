"""``goodday store verify``: whether a backup, or the store itself, is whole."""

from datetime import datetime
from pathlib import Path

from cds_hooks.commands import FINE, PROBLEMS, say
from cds_hooks.store.backups import look_at
from cds_hooks.store.keys import KEY_FILE
from cds_hooks.store.opening import Place
from cds_hooks.store.restoring import tried
from cds_hooks.store.verifying import wrong_with

LIES_OPEN = (
    "It is of before backups were encrypted: whoever could write to its folder could also have made"
    " it. Make a new one, and let it go."
)


def verify(place: Place, backup: Path | None, now: datetime) -> int:
    """Say everything that is wrong, or that nothing is. Raises StoreError."""
    if backup is None:
        wrong, says = wrong_with(place), f"The store in {place.named} is whole."
    elif place.key or (place.folder / KEY_FILE).is_file():
        wrong, says = look_at(backup, place).wrong, f"{backup} is whole, and can be read."
        if not wrong and tried(place, backup, now):
            says = f"{backup} is whole: restored beside the store, it was all there."
    else:
        wrong = look_at(backup).wrong
        says = (
            f"{backup} is whole. What is in it was not read: the key of its store is not in"
            f" {place.folder}."
        )
    for sentence in wrong:
        say.sorry(sentence)
    if wrong:
        return PROBLEMS
    say.line(says)
    if backup is not None and (looked := look_at(backup).manifest) and looked.lies_open:
        say.sorry(LIES_OPEN)
    return FINE
