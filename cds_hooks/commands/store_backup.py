"""``goodday store backup``: a consistent copy, while the service runs."""

from datetime import datetime
from pathlib import Path

from cds_hooks.commands import FINE, say
from cds_hooks.store import backups
from cds_hooks.store.keys import KEY_FILE
from cds_hooks.store.opening import Place


def backup(place: Place, to: Path, now: datetime) -> int:
    """Make a backup, look at it as verify does, and say where it is. Raises StoreError."""
    made = backups.backup(place, to, now)
    looked = backups.look_at(made)
    rows = looked.manifest.rows if looked.manifest else {}
    say.line(
        f"Backed up to {made}: {say.count(rows.get('cards', 0), 'card')},"
        f" {say.count(rows.get('answers', 0), 'answer')}."
    )
    if not place.key:
        say.line(
            f"The key is not in it. Keep {place.folder / KEY_FILE} somewhere else: comments, and a"
            " no of somebody who was erased, cannot be read without it."
        )
    return FINE
