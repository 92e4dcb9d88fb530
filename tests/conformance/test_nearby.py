"""Cards with local support: three places at most, whose they are, and no offer of what is full."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from cds_hooks.live import Live, in_force
from cds_hooks.store.directory import Directory
from cds_hooks.store.opening import Place
from cds_hooks.supporting import Supporting
from rules.support import Cost, Room, Spot, Support
from tests.directories import walks
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import NOW, Json, Reply, Surgery, piloting, surgery

TODAY = date(2026, 11, 21)
SERVICES = """
copd-living-well:
  name: Local COPD self-management programme
  codes: copd-self-management-programme
  themes: [breathing, walking]
"""
BREATHE = {"themes": ("breathing",), "last_checked": date(2026, 11, 1)}


@dataclass
class Practice:
    """A service over a directory in which two people publish what a test says."""

    surgery: Surgery
    directory: Directory
    supporting: Supporting
    live: Live
    asked: int = 0

    def publish(self, *entries: Support) -> None:
        self.directory.take(((one, "") for one in entries), TODAY)
        for one in entries:
            self.directory.publish(one.id, "Jo", TODAY)
            self.directory.publish(one.id, "Sam", TODAY)
        self.supporting.look()

    def full(self, entry: Support, room: Room = Room.FULL) -> None:
        self.directory.set_room(entry.id, room, 6, TODAY)
        self.supporting.look()

    def look(self, **patient: object) -> Reply:
        """Somebody opens the record of one more person."""
        self.asked += 1
        self.supporting.look()  # as it does every few seconds
        person = f"p-{self.asked}"
        records = margaret(person)
        records[0] |= patient
        return self.surgery.ask(self.surgery.a_call(records, of=person))

    def nearby(self, **patient: object) -> list[str]:
        """The lines of places on the card."""
        lines = self.look(**patient).card["detail"].split("\n")
        return [line for line in lines if line.startswith("- ") and "last checked" in line]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Practice]:
    folder = tmp_path / "practice"
    (folder / "shared").mkdir(parents=True)
    (folder / "shared" / "services.yaml").write_text(SERVICES)
    live = Live(in_force(piloting(folder, COPD_RULE, where="55.80, -4.87"), NOW))
    directory = Directory(Place(tmp_path / "store"))
    told: list[Surgery] = []
    supporting = Supporting(directory, live, lambda: told[0].clock())
    with surgery(tmp_path, live) as served:
        told.append(served)
        yield Practice(served, directory, supporting, live)
    supporting.stop()


def referral(reply: Reply) -> Json:
    actions = [action for one in reply.card["suggestions"] for action in one["actions"]]
    found = [a["resource"] for a in actions if a["resource"]["resourceType"] == "ServiceRequest"]
    (resource,) = found
    return dict(resource)


def test_without_a_directory_a_card_is_as_it_always_was(here: Practice) -> None:
    reply = here.look()
    assert "Nearby" not in reply.card["detail"]
    assert referral(reply)["performer"] == [{"display": "Local COPD self-management programme"}]
    assert "note" not in referral(reply)


def test_a_card_shows_three_at_most_with_whose_they_are(here: Practice) -> None:
    here.publish(*(walks(f"w{number}", name=f"Walk {number}") for number in range(5)))
    reply = here.look()
    detail = reply.card["detail"]
    assert here.nearby() == [
        f"- Walk {number}: Car park, 40 Greenock Road, Largs, under a mile from here, free,"
        " last checked 1 September 2026"
        for number in range(3)
    ]
    assert "Nearby, for Local COPD self-management programme:" in detail
    assert "From ALISS, CC BY 4.0. Contains contributions from ALISS users." in detail
    assert referral(reply)["performer"] == [
        {
            "type": "HealthcareService",
            "identifier": {
                "system": "https://good-day.example/fhir/directory/aliss",
                "value": f"w{number}",
            },
            "display": f"Walk {number}",
        }
        for number in range(3)
    ]
    assert referral(reply)["note"] == [
        {"text": "From ALISS, CC BY 4.0. Contains contributions from ALISS users."}
    ]


def test_with_every_socket_shut_a_card_shows_the_same(
    here: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.publish(walks("a", name="A"), walks("b", name="B"))
    before = here.nearby()
    tried: list[str] = []

    def shut(*_: object, **__: object) -> None:
        tried.append("a network")
        raise OSError

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(f"socket.socket.{name}", shut)
    for name in ("create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(f"socket.{name}", shut)
    with pytest.raises(OSError):  # noqa: PT011 - ours, which says nothing
        socket.create_connection(("127.0.0.1", 9))
    tried.clear()
    assert len(before) == 2
    assert here.nearby() == before
    here.publish(walks("c", name="C"))
    assert len(here.nearby()) == 3
    assert tried == []


def test_the_persons_own_language_counts(here: Practice) -> None:
    here.publish(
        walks("a", name="A"), walks("b", name="B"), walks("c", name="C"),
        walks("u", name="In Urdu", languages=("ur",)),
    )  # fmt: skip
    spoken = [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "ur"}]}}]
    assert "In Urdu" not in "".join(here.nearby())
    assert here.nearby(communication=spoken)[0].startswith("- In Urdu: ")


def test_what_nobody_published_or_somebody_hid_is_on_no_card(here: Practice) -> None:
    here.directory.take([(walks(), "")], TODAY)
    here.directory.publish(walks().id, "Jo", TODAY)
    here.supporting.look()
    assert here.nearby() == []
    here.publish(walks("b", name="B"))
    assert len(here.nearby()) == 1


@pytest.mark.parametrize("room", [Room.FULL, Room.WAITING])
def test_an_offer_rests_while_nothing_that_there_is_has_room(here: Practice, room: Room) -> None:
    one, other = walks("a", name="A", **BREATHE), walks("b", name="B", **BREATHE)
    here.publish(one, other)
    assert [line[:3] for line in here.nearby()] == ["- A", "- B"]
    here.full(one, room)
    assert [line[:3] for line in here.nearby()] == ["- B"]
    here.full(other, room)
    reply = here.look()
    labels = [suggestion["label"] for suggestion in reply.card["suggestions"]]
    assert "Refer to a self-management programme or group" not in labels
    assert "Record that support was offered today" in labels
    here.full(other, Room.OPEN)
    assert [line[:3] for line in here.nearby()] == ["- B"]


def test_it_fades_and_hides_as_the_days_go_by(here: Practice) -> None:
    here.publish(
        walks("a", name="Old"), walks("b", name="Zebra", cost=Cost.PAID, last_checked=TODAY)
    )
    assert [line.split(":")[0] for line in here.nearby()] == ["- Old", "- Zebra"]
    here.surgery.pass_time(days=120)
    assert [line.split(":")[0] for line in here.nearby()] == ["- Zebra", "- Old"]
    here.surgery.pass_time(days=200)
    assert [line.split(":")[0] for line in here.nearby()] == ["- Zebra"]
    here.surgery.pass_time(days=60)
    assert here.nearby() == []


def test_nothing_of_a_hostile_entry_is_more_than_words(here: Practice) -> None:
    here.publish(
        walks(
            name='[Free](https://evil.example) <img src=x onerror="x"> www.evil.example',
            spots=(Spot("![x](javascript:1)"),),
        )
    )
    reply = here.look()
    (line,) = [one for one in reply.card["detail"].split("\n") if "last checked" in one]
    assert line == (
        "- Free (https:/ evil. example) img src x onerror x evil. example: x (javascript: 1),"
        " free, last checked 1 September 2026"
    )
    assert "](" not in line
    assert "//" not in line
    assert "<" not in reply.text


def test_other_rules_look_for_what_they_look_for(here: Practice, tmp_path: Path) -> None:
    here.publish(walks(themes=("singing",)))
    assert here.nearby() == []
    services = tmp_path / "practice" / "shared" / "services.yaml"
    services.write_text(SERVICES.replace("[breathing, walking]", "singing"))
    here.live.take(in_force(piloting(tmp_path / "practice", COPD_RULE), NOW, "anew"))
    assert len(here.nearby()) == 1


def test_while_the_directory_cannot_be_read_what_was_read_last_stays(
    here: Practice, tmp_path: Path
) -> None:
    here.publish(walks())
    (tmp_path / "store" / "directory.sqlite").rename(tmp_path / "away")
    here.supporting.look()
    assert len(here.nearby()) == 1
