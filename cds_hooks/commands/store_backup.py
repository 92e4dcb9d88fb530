"""``goodday store backup``: a consistent copy, while the service runs."""

from datetime import datetime
from pathlib import Path

from cds_hooks.commands import FINE, PROBLEMS, say
from cds_hooks.store import backups
from cds_hooks.store.keys import KEY_FILE
from cds_hooks.store.opening import Place


def backup(place: Place, to: Path, now: datetime, keep: int | None) -> int:
    """Make a backup, look at it as verify does, and say where it is. Raises StoreError.

    Then all but the newest ``keep`` are let go of, or none.
    """
    made = backups.backup(place, to, now)
    looked = backups.look_at(made, place)
    if looked.wrong or looked.manifest is None:
        say.sorry(f"The backup {made} is not whole. {' '.join(looked.wrong)} Make another.")
        return PROBLEMS
    rows, directory = looked.manifest.rows, looked.manifest.directory
    held = [say.count(rows.get("cards", 0), "card"), say.count(rows.get("answers", 0), "answer")]
    if directory is not None:
        entries = "1 entry" if directory.entries == 1 else f"{directory.entries} entries"
        held.append(f"{entries} of local support")
    say.line(f"Backed up to {made}: {', '.join(held)}.")
    if not place.key:
        say.line(
            f"It is encrypted, and the key is not in it. Keep {place.folder / KEY_FILE} somewhere"
            " else: without it no backup can be restored."
        )
    if keep is not None:
        for gone in backups.let_go(made, keep):
            say.line(f"Let go of {gone}.")
    return FINE
