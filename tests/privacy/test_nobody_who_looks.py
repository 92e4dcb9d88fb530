"""Promise 1 (PRODUCT 2.1): no clinician is in anything that is kept of cards or counted.

Three looks: at the schema, column by column; at what is in every column, every export and every
backup after a day with clinicians who can be told by anything they sent; and at what is counted.
"""

import base64
import json
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import inspect

from cds_hooks.store.answers import Answers
from cds_hooks.store.backups import backup
from cds_hooks.store.counting import Event
from cds_hooks.store.directory import Directory
from cds_hooks.store.mutes import FILE as MUTES
from cds_hooks.store.opening import Place, connect
from cds_hooks.store.people import export
from cds_hooks.store.sittings import FILE as SITTINGS
from cds_hooks.store.supports import FILE as SUPPORTS
from cds_hooks.store.tables import FILE, metadata
from rules.rule import Library
from tests.builders import load_files, rule_text
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, margaret
from tests.served import NOW, Json, Surgery, closed, piloting, surgery, taken
from tests.stores import TODAY, bytes_of, fast_folder, place, postgresql

__all__ = ["fast_folder", "place", "postgresql"]

# Every column of the store, and whom it can lead to: the person whom a card is about, or nobody.
# A column that is new has to be listed here, by somebody who thought about it.
COLUMNS = {
    "cards": {
        "card": "the person, through this table", "person": "the person", "service": "nobody",
        "hook_instance": "the person: it is of one opened record", "rules": "nobody",
        "topics": "nobody", "buttons": "nobody", "shown_on": "nobody", "shown_at": "nobody",
    },
    "answers": {
        "id": "nobody", "card": "the person", "suggestion": "the person", "reply": "nobody",
        "topics": "nobody", "reason": "nobody", "said_on": "nobody", "said_at": "nobody",
    },
    "grounds": {
        "card": "the person", "value_sets": "nobody", "facts": "nobody: codes and days",
        "buttons": "the person", "steps": "nobody: our own sentences, the same whoever looked",
    },
    "paused": {"what": "nobody", "since": "nobody", "because": "nobody, unless it is named there"},
    "late": {"answer": "the person", "topics": "nobody"},
    "comments": {
        "card": "the person", "said_at": "nobody", "ends_on": "nobody",
        "sealed": "whoever is named in it, with the key; never counted, and let go of",
    },
    "unknown_cards": {
        "card": "nobody: a keyed hash", "first_on": "nobody", "last_on": "nobody",
        "times": "nobody",
    },
    "counts": {
        "day": "nobody", "rule": "nobody", "offer": "nobody", "outcome": "nobody",
        "times": "nobody",
    },
    "noes": {
        "who": "the person, with the key", "topic": "nobody", "said_on": "nobody",
        "ask_again": "nobody",
    },
    "erased": {"who": "the person, with the key", "erased_on": "nobody"},
    "erased_cards": {
        "no": "nobody: a keyed hash", "who": "the person, with the key", "topics": "nobody",
        "ask_again": "nobody", "erased_on": "nobody", "until": "nobody",
    },
    "thumbs": {
        "thumb": "nobody: by chance", "rule": "nobody", "version": "nobody",
        "said": "nobody; a role, where somebody told it",
        "said_on": "nobody: a day, and of a role that was told a month",
    },
    "thumb_presses": {
        "press": "the person, with the key, for 7 days", "thumb": "nobody: by chance",
        "until": "nobody",
    },
    "thumb_words": {
        "thumb": "nobody: by chance",
        "sealed": "whoever is named in it, with the key; never counted, and let go of",
        "ends_on": "nobody", "read_on": "nobody", "replied_on": "nobody",
    },
    "replies": {
        "reply": "nobody: by chance", "rule": "nobody",
        "says": "nobody, unless it is named there", "said_on": "nobody",
    },
    # Somebody by whom a rule is judged; of whoever judges there is nothing, nor the moment.
    "cases": {
        "rule": "nobody", "version": "nobody: a fingerprint", "sort": "nobody",
        "who": "the person, with the key", "person": "the person, until the day after the verdict",
        "day": "nobody", "step": "nobody", "facts": "nobody: codes and days", "verdict": "nobody",
        "judged_on": "nobody: a day",
    },
    "about": {"name": "nobody", "value": "nobody"},
    "used": {"token": "nobody: a hash of a client's token", "until": "nobody"},
    "alembic_version": {"version_num": "nobody"},
    # For the ceiling of a session, in a file of its own or with nothing to join on: test_sittings.
    "sittings": {
        "who": "whoever looks, with a key that lives for hours", "until": "nobody",
        "cards": "nobody: how many",
    },
    "sitting_keys": {"since": "nobody", "secret": "nobody"},
    # For whoever muted a rule, in the same way: test_mutes.
    "mutes": {
        "who": "whoever muted it, with the key of the store, for 30 days at most; of each rule by"
        " another hash",
        "rule": "nobody: a keyed hash", "until": "nobody: a day",
    },
}  # fmt: skip
# The directory of local support: of no person and no card, and nothing of it is counted. Names are
# of those who publish and suggest it; they go two years after anybody last did anything there.
OF_SUPPORT = {
    "supports": {
        "id": "nobody", "shown": "nobody: an entry", "draft": "nobody: an entry",
        "shown_came": "nobody: the same", "draft_came": "nobody: the same",
        "seen_by": "whoever approved, in the open", "published_by": "the two who published it",
        "suggested_by": "whoever suggested it while signed in, until it is published",
        "away": "nobody", "themes": "nobody", "room": "nobody", "weeks": "nobody",
        "checked_here": "nobody: a day", "reports": "nobody: how many", "since": "nobody: a day",
    },
    "support_turns": {"id": "nobody", "turn": "nobody"},
}  # fmt: skip
WHO_LOOKS = (
    "user", "practitioner", "clinician", "doctor", "nurse", "staff", "role", "session", "performer",
    "author", "actor", "agent", "gp",
)  # fmt: skip
# What a clinician can be told by, in whatever a client sends.
DOCTOR = "dr-quillfeather"
SEEN_BY = (f"Practitioner/{DOCTOR}", f"PractitionerRole/{DOCTOR}-role")


def test_every_column_is_known_and_leads_to_no_clinician(place: Place) -> None:
    store = Answers(place)
    with store.sitting(SEEN_BY[0], NOW) as sitting:
        sitting.more = 1
    store.mutes().mute(SEEN_BY[0], (COPD_RULE,), TODAY)
    store.close()
    Directory(place).close()
    there: dict[str, set[str]] = {}
    for file in (FILE, SITTINGS, MUTES, SUPPORTS):  # in a server's database all are in one
        database = connect(place, file)
        schema = inspect(database.engine)
        there |= {
            table: {column["name"] for column in schema.get_columns(table)}
            for table in schema.get_table_names()
        }
        database.close()
    known = COLUMNS | OF_SUPPORT
    assert there == {table: set(columns) for table, columns in known.items() if table != "used"}
    named = {"seen_by", "published_by", "suggested_by"}
    assert {column for column in OF_SUPPORT["supports"] if column.endswith("_by")} == named
    for table, columns in there.items():
        for column in columns:
            assert not any(word in column.split("_") for word in WHO_LOOKS), (table, column)


def test_only_counts_are_counted_and_lead_to_nobody_at_all() -> None:
    assert set(COLUMNS["counts"].values()) == {"nobody"}
    assert not metadata.tables["counts"].foreign_keys
    assert set(Event.__slots__) == {"day", "rule", "offer", "outcome"}


@pytest.mark.parametrize(
    ("named", "stops"),
    [
        pytest.param("dr-a", True, id="one"),
        pytest.param("[dr-a, dr-b, dr-a]", True, id="two, one of them twice"),
        pytest.param("[dr-a, dr-b, dr-c]", False, id="three"),
    ],
)
def test_no_rule_is_tried_by_so_few_that_its_counts_would_be_theirs(
    named: str, *, stops: bool
) -> None:
    text = rule_text(pilot=f"{{clinicians: {named}}}")
    found = [one.says for one in load_files({"rules/coughing.yaml": text}).stops]
    assert [says.startswith("So few clinicians are no group") for says in found] == [True] * stops


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return piloting(tmp_path_factory.mktemp("practice"), COPD_RULE, RESULTS_RULE)


def a_day(service: Surgery) -> None:
    """A day in which whoever looks can be told by everything that is sent."""
    for number, who in enumerate(SEEN_BY):
        call = service.a_call(margaret(f"p{number}"), of=f"p{number}")
        call["context"] |= {"userId": who, "encounterId": f"{DOCTOR}-encounter"}
        call["extension"] = {"user": who, "fhirUser": who}
        call["fhirAuthorization"] = {
            "access_token": DOCTOR, "token_type": "Bearer", "expires_in": 300,
            "scope": "user/*.read", "subject": DOCTOR, "patient": f"p{number}",
        }  # fmt: skip
        card = service.ask(call).card
        named = {"userId": who, "practitioner": {"reference": who}, "user": DOCTOR}
        met: Json = taken(card, card["suggestions"][0], NOW)
        if not number:
            met = closed(card, NOW, "limited-time")
            met["overrideReason"]["userComment"] = f"{DOCTOR} was in a hurry"
            met["overrideReason"]["reason"]["display"] = DOCTOR
        met |= named
        assert service.tell(met).status == 200
        service.tell({**closed({"uuid": DOCTOR}, NOW), **named})


def everything_kept(place: Place, folder: Path) -> dict[str, str]:
    """Every row of every table, everybody's export, a backup, and the counts."""
    database = connect(place, FILE)
    with database.reading() as connection:
        found = {
            name: repr(connection.execute(table.select()).all())
            for name, table in metadata.tables.items()
        }
    database.close()
    for person in ("p0", "p1"):
        found[f"the export of {person}"] = json.dumps(export(place, person))
    for name, packed in bytes_of(backup(place, folder, NOW), place):
        found[f"the backup's {name}"] = packed.decode("latin-1")
    store = Answers(place)
    found["what is counted"] = repr(store.counted(TODAY, TODAY))
    store.close()
    return found


def told_by(text: str) -> bool:
    """Whether a text holds anything that a clinician can be told by."""
    return "quillfeather" in text.lower() or "practitioner" in text.lower()


def mute(service: Surgery) -> None:
    """Somebody mutes a rule, as the page behind a card does it."""
    store = Answers(service.store)
    store.mutes().mute(SEEN_BY[1], (COPD_RULE,), TODAY)
    store.close()


def test_a_day_leaves_no_clinician_behind(tmp_path: Path, library: Library) -> None:
    with surgery(tmp_path, library) as service:
        a_day(service)
        mute(service)
        call = service.a_call(margaret("p9"), of="p9")
        call["context"]["userId"] = SEEN_BY[1]
        assert service.ask(call).held_back[COPD_RULE]["step"] == "mute"
        assert not told_by(service.client.get("/metrics").text)
        assert not told_by(service.client.get("/status").text)
        kept = everything_kept(Place(service.store), tmp_path / "backups")
    kept |= {file.name: file.read_bytes().decode("latin-1") for file in service.store.iterdir()}
    assert "mute" not in kept["what is counted"]
    assert not [where for where, text in kept.items() if "asked not to see" in text]
    assert "p0" in kept["cards"]
    assert "declined" in kept["answers"] or "accepted" in kept["answers"]
    for where, text in kept.items():
        assert not told_by(text), where


def looked_by(
    folder: Path, library: Library, who: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> dict[str, list[dict[str, object]]]:
    """Every row of every table after a day of looks, each at another person, by these in turn."""
    names = count(100)
    (folder / "store").mkdir(parents=True)
    (folder / "store" / "store.key").write_text(base64.b64encode(b"k" * 32).decode())
    (folder / "store" / "store.key").chmod(0o600)
    with monkeypatch.context() as patched, surgery(folder, library) as service:
        patched.setattr("cds_hooks.cards.uuid4", lambda: UUID(int=next(names), version=4))
        for number, user in enumerate(who):
            call = service.a_call(margaret(f"p{number}"), of=f"p{number}")
            call["hookInstance"] = str(UUID(int=number, version=4))
            call["context"]["userId"] = user
            service.pass_time(minutes=5)
            assert service.ask(call).card
        database = connect(Place(service.store), FILE)
        with database.reading() as connection:
            kept = {
                name: [dict(row) for row in connection.execute(table.select()).mappings()]
                for name, table in metadata.tables.items()
            }
        database.close()
    return kept


def test_the_looks_of_two_who_take_turns_cannot_be_told_from_those_of_one(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = SEEN_BY
    alone = looked_by(tmp_path / "alone", library, [one] * 7, monkeypatch)
    turns = [one, one, other, one, other, other, one]
    together = looked_by(tmp_path / "together", library, turns, monkeypatch)
    assert len(alone["grounds"]) == len(turns)
    assert all(row["steps"] for row in alone["grounds"])
    for table in alone:
        assert alone[table] == together[table], table


def _a_column_for_the_user(place: Place) -> None:
    database = connect(place, FILE)
    with database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE counts ADD COLUMN seen_by_user VARCHAR")
    database.close()


def _a_name_beside_a_mute(place: Place) -> None:
    store = Answers(place)
    store.mutes()
    store.close()
    database = connect(place, MUTES)
    with database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE mutes ADD COLUMN muted_by_user VARCHAR")
    database.close()


def _a_user_in_a_rule_id(place: Place) -> None:
    store = Answers(place)
    store.count([Event(TODAY, f"Practitioner/{DOCTOR}", "", "shown")])
    store.close()


@pytest.mark.parametrize(
    "spoils", [_a_column_for_the_user, _a_name_beside_a_mute, _a_user_in_a_rule_id]
)
def test_these_looks_find_one_that_was_put_there(
    tmp_path: Path, spoils: Callable[[Place], None]
) -> None:
    place = Place(tmp_path / "store")
    Answers(place).close()
    spoils(place)
    if spoils is not _a_user_in_a_rule_id:
        with pytest.raises(AssertionError):
            test_every_column_is_known_and_leads_to_no_clinician(place)
    else:
        assert told_by(everything_kept(place, tmp_path / "backups")["what is counted"])
