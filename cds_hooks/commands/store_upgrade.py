"""``goodday store upgrade``: a store of an earlier version, brought to this one."""

from datetime import datetime
from pathlib import Path

from cds_hooks.commands import COULD_NOT_RUN, FINE, say
from cds_hooks.store.backups import backup, look_at
from cds_hooks.store.moving import move, version_at
from cds_hooks.store.opening import Place
from cds_hooks.store.tables import VERSION


def upgrade(place: Place, to: Path, now: datetime) -> int:
    """Back up, then change; all of it or nothing. Raises StoreError."""
    found = version_at(place)
    if found == 0:
        say.sorry(f"There is no store in {place.named}. Name its folder with --data.")
        return COULD_NOT_RUN
    if found == VERSION:
        say.line(f"The store in {place.named} is of this version already (format {VERSION}).")
        return FINE
    if found > VERSION:
        say.sorry(
            f"The store in {place.named} was written by a later version of Good Day (its format is"
            f" {found}, this one reads {VERSION}). Use that version."
        )
        return COULD_NOT_RUN
    made = backup(place, to, now)
    if wrong := look_at(made, place).wrong:
        say.sorry(f"The backup {made} is not whole, so nothing was changed. {' '.join(wrong)}")
        return COULD_NOT_RUN
    say.line(f"Backed up to {made}.")
    move(place)
    say.line(f"The store in {place.named} is of this version now (format {found} to {VERSION}).")
    return FINE
