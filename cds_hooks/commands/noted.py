"""What somebody does to what is kept at a command line goes into the audit first."""

import os
import sys
from datetime import datetime

from cds_hooks.store.audit import Audit, Looked
from cds_hooks.store.keys import Key, read_key
from cds_hooks.store.opening import Place
from cds_hooks.store.tables import FILE

AT_THE_COMMAND_LINE = "command line"  # in the place of a role


def note(place: Place, action: str, person: str, how: str, now: datetime) -> None:
    """Keep who did what, and to whom by the keyed hash that stays of them. Raises StoreError."""
    key = read_key(place.folder, place.key, make=False)
    what = ", ".join(filter(None, (f"about {key.hidden(person)}", how)))
    note_look(place, action, what, now)


def note_look(place: Place, action: str, what: str, now: datetime) -> None:
    """Keep who looked at what. Raises StoreError."""
    _add(place, read_key(place.folder, place.key, make=False), action, what, now)


def _add(place: Place, key: Key, action: str, what: str, now: datetime) -> None:
    audit = Audit(place.folder, key.bytes_for("audit"))
    try:
        audit.add(Looked(now, _who(), AT_THE_COMMAND_LINE, action, what, allowed=True))
    finally:
        audit.close()


def note_press(place: Place, what: str, now: datetime) -> None:
    """Keep who did something to the directory of local support. Raises StoreError.

    The directory may be there before the store is: that gets the key which is made here then.
    """
    is_first = not place.url and not (place.folder / FILE).is_file()
    key = read_key(place.folder, place.key, make=is_first)
    _add(place, key, "directory", what, now)


# Who the operating system says it is: not the environment, where anybody may say anything.
if sys.platform == "win32":

    def _who() -> str:
        return os.getlogin()

else:
    import pwd

    def _who() -> str:
        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:  # a user of a container, who has no name
            return f"user {os.getuid()}"
