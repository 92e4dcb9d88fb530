"""What cannot be opened or tried is told in one sentence; and of what lies open, that it does."""

import json
import signal
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from shutil import copyfile
from sqlite3 import connect

import pytest

from cds_hooks.cli import run
from cds_hooks.commands import FINE
from cds_hooks.store.answers import Answers
from cds_hooks.store.backups import MANIFEST, SEAL, backup, look_at
from cds_hooks.store.opening import Place
from cds_hooks.store.restoring import tried
from cds_hooks.store.tables import FILE, VERSION, StoreError, metadata
from tests.stores import NOW, a_card, said

LATER = NOW + timedelta(hours=1)
BYTES = 100_000  # less than a store of some cards


@contextmanager
def without_room(bytes_left: int) -> Generator[None]:
    """No file can be larger than so many bytes, as on a disk that is full."""
    before, (soft, hard) = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (bytes_left, hard))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def filled(place: Place) -> Path:
    """A store with a card, and a backup of it."""
    store = Answers(place)
    store.issue(a_card())
    store.close()
    return backup(place, place.folder.parent / "backups", NOW)


def test_a_backup_for_which_there_is_no_room_is_not_called_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Place(tmp_path / "store")
    made = filled(place)
    there = sorted(place.folder.iterdir())
    with without_room(BYTES):
        with pytest.raises(StoreError, match="Make room on the disk"):
            look_at(made, place)
        with pytest.raises(StoreError, match="could not be opened"):
            tried(place, made, LATER)
        code = run(["store", "verify", str(made), "--data", str(place.folder)])
    assert code != FINE
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "Make room on the disk" in err
    assert sorted(place.folder.iterdir()) == there
    assert look_at(made, place).wrong == ()


def test_a_backup_is_not_called_bad_where_the_key_goes_while_it_is_tried(tmp_path: Path) -> None:
    place = Place(tmp_path / "store")
    made = filled(place)
    (place.folder / "store.key").rename(place.folder / "store.key.away")
    with pytest.raises(StoreError, match="could not be tried"):
        tried(place, made, LATER)


def forged(folder: Path, key: str) -> Path:
    """A backup that lies open, made by somebody who has only read what one of ours says."""
    there = Place(folder / "theirs")
    Answers(there).close()
    made = folder / "goodday-backup-forged"
    made.mkdir()
    copyfile(there.folder / FILE, made / "store.sqlite")
    with connect(made / "store.sqlite") as other:
        other.execute("UPDATE about SET value = ? WHERE name = 'key'", (key,))
        other.commit()
        other.execute("PRAGMA journal_mode = DELETE")
    other.close()
    manifest = {
        "format": 1,
        "made_at": "2026-11-21T09:30:00+00:00",
        "version": VERSION,
        "file": "store.sqlite",
        "sha256": sha256((made / "store.sqlite").read_bytes()).hexdigest(),
        "bytes": (made / "store.sqlite").stat().st_size,
        "rows": {name: int(name == "about") for name in metadata.tables},
    }
    packed = json.dumps(manifest).encode()
    (made / MANIFEST).write_bytes(packed)
    (made / SEAL).write_text(f"{sha256(packed).hexdigest()}  {MANIFEST}\n")
    return made


@pytest.mark.parametrize("lies_open", [True, False])
@pytest.mark.parametrize("verb", ["verify", "restore"])
def test_of_a_backup_that_lies_open_it_is_said_that_anybody_may_have_made_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str, *, lies_open: bool
) -> None:
    place = Place(tmp_path / "store")
    made = filled(place)
    manifest = look_at(made).manifest
    assert manifest is not None
    made = forged(tmp_path, manifest.key) if lies_open else made
    more = ["--yes"] if verb == "restore" else []
    assert run(["store", verb, str(made), *more, "--data", str(place.folder)]) == FINE
    assert ("before backups were encrypted" in capsys.readouterr().err) is lies_open
    store = Answers(place)
    assert said(store), "what was there was carried over"
    store.close()
