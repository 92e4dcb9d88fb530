"""``goodday store verify``: whether a backup, or the store itself, is whole."""

from pathlib import Path

from cds_hooks.commands import FINE, PROBLEMS, say
from cds_hooks.store.backups import look_at
from cds_hooks.store.opening import Place
from cds_hooks.store.verifying import wrong_with


def verify(place: Place, backup: Path | None) -> int:
    """Say everything that is wrong, or that nothing is. Raises StoreError."""
    if backup is not None:
        looked = look_at(backup)
        wrong, what = looked.wrong, str(backup)
    else:
        wrong, what = wrong_with(place), f"The store in {place.named}"
    for sentence in wrong:
        say.sorry(sentence)
    if wrong:
        return PROBLEMS
    say.line(f"{what} is whole.")
    return FINE
