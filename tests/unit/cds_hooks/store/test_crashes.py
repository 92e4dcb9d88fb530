"""What was acknowledged is there after kill -9, a full disk, and a server that was killed.

A few rounds in ``make test``, hundreds in ``make soak``.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from cds_hooks.store.answers import Answers
from cds_hooks.store.opening import Place
from cds_hooks.store.tables import StoreError
from cds_hooks.store.tokens import UsedTokens
from rules.record import Reply
from tests.architecture.project import ROOT
from tests.postgresql import Server
from tests.stores import NOW, a_card, pressed, said

SOAK = settings().max_examples > 200


def written(how: str, rounds: int, place: Place) -> str:
    """What became of so many rounds; it is an error where anything was lost."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.cds_hooks.store.writing", how, str(rounds),
         str(place.folder), *([place.url] if place.url else [])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_killed_at_any_moment_nothing_that_was_acknowledged_is_lost(place: Place) -> None:
    rounds = 500 if SOAK else 20
    print(written("killed", rounds, place))  # noqa: T201 - for make soak's reader


def test_a_disk_that_is_full_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    print(written("full", 20, Place(tmp_path / "store")))  # noqa: T201 - likewise


def test_a_folder_that_cannot_be_written_to_gets_one_sentence() -> None:
    with tempfile.TemporaryDirectory(prefix="goodday-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        said_so = written("read-only", 1, Place(Path(folder) / "store"))
        assert "cannot be written to" in said_so
        (Path(folder) / "store").chmod(0o755)


def test_a_server_that_was_killed_has_lost_nothing_and_is_used_again(
    postgresql: Server, tmp_path: Path
) -> None:
    place = Place(tmp_path, postgresql.new_database())
    store, used = Answers(place), UsedTokens(place)
    for number in range(20 if SOAK else 1):
        card = a_card(f"person-{number}")
        store.issue(card)
        store.hear([pressed(card, "no")], NOW)
        assert used.use(number.to_bytes(32), 2_000_000_000, 1_900_000_000)
        postgresql.kill()
        with pytest.raises(StoreError):
            store.look()
        with pytest.raises(StoreError):
            used.use(b"another", 2_000_000_000, 1_900_000_000)
        postgresql.start()
        assert {reply for _, reply, _ in said(store, f"person-{number}")} == {Reply.DECLINED}
        assert used.use((1000 + number).to_bytes(32), 2_000_000_000, 1_900_000_000)
    used.close()
    store.close()
