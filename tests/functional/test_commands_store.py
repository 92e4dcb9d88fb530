"""``goodday store`` as somebody types it, over a store in a folder and one in a database."""

import json
import os
import pwd
from datetime import timedelta
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS
from cds_hooks.store.answers import Answers
from cds_hooks.store.audit import Audit
from cds_hooks.store.backups import backup
from cds_hooks.store.keys import KEY_FILE, read_key
from cds_hooks.store.opening import Place
from cds_hooks.store.pauses import Pause
from cds_hooks.store.tables import FILE
from rules.record import Reply
from tests.postgresql import PASSWORD
from tests.stores import NOW, a_card, fast_folder, place, postgresql, pressed, said, was_closed
from tests.unit.cds_hooks.store.test_moving import of_version_1

__all__ = ["fast_folder", "place", "postgresql"]


class Typed:
    """Somebody at a terminal, who types verbs of the store."""

    def __init__(self, place: Place, capsys: pytest.CaptureFixture[str]) -> None:
        self._place, self._capsys = place, capsys

    def __call__(self, verb: str, *more: str | Path) -> tuple[int, str]:
        """The exit code, and everything that was said."""
        where = ["--data", str(self._place.folder)]
        code = run(["store", verb, *map(str, more), *where])
        out, err = self._capsys.readouterr()
        said = out + err
        assert PASSWORD not in said
        assert "Traceback" not in said
        return code, said


@pytest.fixture
def typed(
    place: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Typed:
    """The URL is a setting in the environment, as it ought to be: it has a password."""
    for name in [name for name in os.environ if name.startswith("GOODDAY_")]:
        monkeypatch.delenv(name)
    if place.url:
        monkeypatch.setenv("GOODDAY_STORE", place.url)
    return Typed(place, capsys)


def filled(place: Place) -> None:
    """Two people of one client, and one of another."""
    store = Answers(place)
    for person in ("north:ann", "north:bea", "south:ann"):
        card = a_card(person)
        store.issue(card)
        met = was_closed(card, Reply.NO_TIME, comment="Quillfeather wrote this")
        store.hear([met, pressed(card, "no")], NOW, realm=person.partition(":")[0])
    store.close()


def test_a_store_is_backed_up_looked_at_and_restored(
    typed: Typed, place: Place, tmp_path: Path
) -> None:
    filled(place)
    code, said_so = typed("backup", "--to", tmp_path / "safe")
    assert code == FINE
    assert "3 cards, 6 answers" in said_so
    assert f"Keep {place.folder / KEY_FILE} somewhere else" in said_so
    (made,) = (tmp_path / "safe").iterdir()
    how = ", and can be read" if place.url else ": restored beside the store, it was all there"
    assert typed("verify", made) == (FINE, f"{made} is whole{how}.\n")
    code, said_so = typed("restore", made)
    assert code == COULD_NOT_RUN
    assert "is replaced by the backup of" in said_so
    assert "Nothing was restored" in said_so
    code, said_so = typed("restore", made, "--yes")
    assert code == FINE
    assert "What was there before is in" in said_so
    assert typed("verify")[0] == FINE


def test_a_restore_says_what_it_carried_over_and_what_is_paused(
    typed: Typed, place: Place, tmp_path: Path
) -> None:
    filled(place)
    typed("backup", "--to", tmp_path / "safe")
    (made,) = (tmp_path / "safe").iterdir()
    store = Answers(place)
    card = a_card("north:dan")
    store.issue(card)
    store.hear([pressed(card, "no")], NOW, realm="north")
    store.pause(Pause("rule:copd", NOW, "wrong letter"))
    store.close()
    code, said_so = typed("restore", made, "--yes")
    assert code == FINE
    assert "Carried over from it: 1 card and 1 answer that the backup does not have" in said_so
    assert "Paused in the store that is there now: the rule copd." in said_so


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_restore_over_a_store_that_cannot_be_read_says_what_is_lost_and_since_when(
    typed: Typed, tmp_path: Path, place: Place
) -> None:
    filled(place)
    typed("backup", "--to", tmp_path / "safe")
    (made,) = (tmp_path / "safe").iterdir()
    (place.folder / FILE).write_bytes(b"not a store at all" * 500)
    code, said_so = typed("restore", made, "--yes")
    assert code == FINE
    made_at = json.loads((made / "manifest.json").read_text())["made_at"]
    assert f"every card, answer, no and count since {made_at} is lost" in said_so
    assert "erase them once more" in said_so
    assert "Paused in the store that is there now: nothing." in said_so


def test_a_backup_that_was_changed_is_found_and_not_restored(
    typed: Typed, place: Place, tmp_path: Path
) -> None:
    filled(place)
    typed("backup", "--to", tmp_path / "safe")
    (made,) = (tmp_path / "safe").iterdir()
    copy = next(made.glob("store.*"))
    whole = bytearray(copy.read_bytes())
    whole[len(whole) // 2] ^= 1
    copy.write_bytes(whole)
    code, said_so = typed("verify", made)
    assert (code, said_so) == (PROBLEMS, f"{copy.name} was changed since the backup was made.\n")
    code, said_so = typed("restore", made, "--yes")
    assert code == PROBLEMS
    assert "Nothing was restored." in said_so


def test_whoever_has_no_key_can_tell_whether_a_backup_is_whole_and_no_more(
    typed: Typed, place: Place, tmp_path: Path
) -> None:
    filled(place)
    typed("backup", "--to", tmp_path / "safe")
    (made,) = (tmp_path / "safe").iterdir()
    (place.folder / KEY_FILE).unlink()
    code, said_so = typed("verify", made)
    assert code == FINE
    assert "What is in it was not read: the key of its store is not in" in said_so
    code, said_so = typed("restore", made, "--yes")
    assert code == COULD_NOT_RUN
    assert "Put it back, or give it as GOODDAY_STORE_KEY" in said_so


def test_of_the_backups_of_many_nights_the_newest_are_kept(
    typed: Typed, place: Place, tmp_path: Path
) -> None:
    filled(place)
    for night in range(3):
        backup(place, tmp_path / "safe", NOW - timedelta(days=night))
    code, said_so = typed("backup", "--to", tmp_path / "safe", "--keep", "2")
    assert code == FINE
    assert said_so.count("Let go of") == 2
    assert len(list((tmp_path / "safe").iterdir())) == 2


def test_an_old_store_is_backed_up_and_upgraded(typed: Typed, place: Place) -> None:
    of_version_1(place)
    code, said_so = typed("verify")
    assert code == COULD_NOT_RUN
    assert "Run goodday store upgrade" in said_so
    code, said_so = typed("upgrade")
    assert code == FINE
    assert f"Backed up to {place.folder / 'backups' / 'goodday-backup-'}" in said_so
    assert "is of this version now (format 1 to 4)" in said_so
    assert "is of this version already" in typed("upgrade")[1]
    assert typed("verify")[0] == FINE


def test_a_person_is_exported_and_erased(typed: Typed, place: Place, tmp_path: Path) -> None:
    filled(place)
    code, said_so = typed("export", "ann", "--client", "north")
    assert code == FINE
    told = json.loads(said_so)
    assert (told["person"], len(told["cards"])) == ("north:ann", 1)
    assert "Quillfeather" not in said_so
    file = tmp_path / "ann.json"
    theirs = ("Patient/ann", "--client", "north", "--to", file)
    assert typed("export", *theirs, "--with-comments")[0] == FINE
    assert "Quillfeather wrote this" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    assert typed("export", *theirs)[0] == COULD_NOT_RUN
    assert typed("export", "ann")[0] == PROBLEMS
    code, said_so = typed("erase", "ann", "--client", "north")
    assert code == COULD_NOT_RUN
    assert "Nothing was erased." in said_so
    code, said_so = typed("erase", "ann", "--client", "north", "--yes")
    assert code == FINE
    assert "they are not asked again" in said_so
    assert "Erased: 1 card and" in said_so
    store = Answers(place)
    assert {reply for _, reply, _ in said(store, "north:ann")} == {Reply.DECLINED}
    assert len(store.history("south:ann").shown) == 1
    store.close()
    assert typed("erase", "ann", "--client", "north", "--also-the-no", "--yes")[0] == FINE
    assert typed("erase", "ann", "--client", "north", "--yes")[0] == PROBLEMS


def test_who_exported_and_erased_whom_is_in_the_audit(typed: Typed, place: Place) -> None:
    filled(place)
    theirs = ("ann", "--client", "north")
    assert typed("export", "nobody")[0] == PROBLEMS
    assert typed("export", *theirs)[0] == FINE
    assert typed("export", *theirs, "--with-comments")[0] == FINE
    assert typed("erase", *theirs)[0] == COULD_NOT_RUN
    assert typed("erase", *theirs, "--yes")[0] == FINE
    key = read_key(place.folder, make=False)
    audit = Audit(place.folder, key.bytes_for("audit"))
    looks, wrong = list(audit.entries()), audit.wrong()
    audit.close()
    person = f"about {key.hidden('north:ann')}"
    assert [(one.action, one.what) for one in looks] == [
        ("export", person), ("export", f"{person}, with comments"), ("erase", person),
    ]  # fmt: skip
    assert {one.who for one in looks} == {pwd.getpwuid(os.getuid()).pw_name}
    assert wrong == []


@pytest.mark.parametrize("verb", ["upgrade", "backup", "verify"])
def test_where_there_is_no_store_none_is_made(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, verb: str
) -> None:
    assert run(["store", verb, "--data", str(tmp_path)]) == COULD_NOT_RUN
    assert "There is no store in" in capsys.readouterr().err
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("verb", ["upgrade", "backup", "verify"])
def test_a_database_that_is_not_there_gets_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, verb: str
) -> None:
    url = f"postgresql://goodday:{PASSWORD}@127.0.0.1:1/none"
    assert run(["store", verb, "--data", str(tmp_path), "--store", url]) == COULD_NOT_RUN
    said_so = capsys.readouterr().err
    assert "The database postgresql://goodday@127.0.0.1:1/none cannot be reached" in said_so
    assert PASSWORD not in said_so


def test_a_setting_that_is_secret_is_in_no_message(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GOODDAY_STORE_KEY", PASSWORD)
    assert run(["store", "backup", "--data", str(tmp_path)]) == COULD_NOT_RUN
    Answers(Place(tmp_path)).close()
    assert run(["store", "verify", "--data", str(tmp_path)]) == COULD_NOT_RUN
    told = capsys.readouterr()
    assert "GOODDAY_STORE_KEY is not a key of a store" in told.err
    assert PASSWORD not in told.out + told.err
