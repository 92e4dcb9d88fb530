"""A day with one clinician at every route and with every verb: what the walk of it is made of."""

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Route
from starlette.testclient import TestClient

from cds_hooks.access import Access
from cds_hooks.app import create_app
from cds_hooks.cli import run
from cds_hooks.clients.callers import Clients
from cds_hooks.commands import store as verbs
from cds_hooks.live import Live, in_force
from cds_hooks.local_support import PAGE as SUPPORT
from cds_hooks.looking import Looking
from cds_hooks.settings import Settings
from cds_hooks.store import audit as kept_apart
from cds_hooks.store.answers import Answers
from cds_hooks.store.audit import Audit
from cds_hooks.store.directory import Directory
from cds_hooks.store.opening import Place, connect
from cds_hooks.store.supports import FILE as SUPPORTS
from cds_hooks.store.tables import FILE, metadata
from cds_hooks.supporting import Supporting
from cds_hooks.tally import Tally
from rules.rule import Library
from tests.callers import PUBLIC_URL, Caller, bearer, registered
from tests.directories import walks
from tests.fhir_builders import COPD_RULE, margaret
from tests.judging import PAGE, fields_of
from tests.privacy.clinicians import Clinician
from tests.privacy.pressing import pressed
from tests.served import NOW, VIEW, Json, Reply, a_call, closed, prefetch_of, taken
from tests.stores import TODAY, bytes_of

CALL = f"/cds-services/good-day-{VIEW}"
HERE = "127.0.0.1"
EHR = Caller()
# What may differ between two days that are the same but for who looked: a nonce, and what a client
# made up for its token.
RANDOM = {
    ("comments", "sealed"), ("thumb_words", "sealed"), ("thumb_words", "thumb"),
    ("thumbs", "thumb"), ("thumb_presses", "thumb"), ("replies", "reply"),
}  # fmt: skip
# Who publishes local support does so in the open, to those who publish: their names are with what
# they published, and nowhere else. Nothing of that is of a card or a person, or is counted.
PUBLISHERS = (f"GET {SUPPORT}/publish", SUPPORTS, "the backup's directory.jsonl")
SAME_KEY = base64.b64encode(b"k" * 32).decode()


@dataclass
class Day:
    """What came back on one day, by where it came from, and what is kept after it."""

    said: dict[str, str] = field(default_factory=dict[str, str])
    kept: dict[str, list[dict[str, object]]] = field(
        default_factory=dict[str, list[dict[str, object]]]
    )
    figures: list[str] = field(default_factory=list[str])
    audit: str = ""

    def found(self, who: Clinician) -> list[str]:
        """Where somebody can be told who is not one of the two who published an entry there."""
        return [
            where
            for where, text in self.said.items()
            if any(one.lower() in text.lower() for one in who.every)
            and not where.startswith(PUBLISHERS)
        ]

    def published(self, who: Clinician) -> list[str]:
        """Where it stands that they published something; by their name, and by nothing else."""
        at = {where: text for where, text in self.said.items() if where.startswith(PUBLISHERS)}
        assert not [
            where
            for where, text in at.items()
            if any(one.lower() in text.lower() for one in who.every if one not in who.name)
        ]
        return [where for where, text in at.items() if who.name in text]


def app_of(folder: Path, library: Library) -> FastAPI:
    """Everything that can be switched on: clients with tokens, pages, a proxy that is believed."""
    clients = registered(folder, EHR.table())
    settings = Settings(data=folder / "data", clients=clients, proxies=(HERE,))
    store = Answers(settings.data)
    audit = Audit(settings.data, store.key.bytes_for("audit"))
    looking, tally = Looking(Access(settings, store.key), audit, PUBLIC_URL), Tally()
    known = Clients.read(clients, settings.data)
    directory = Directory(Place(settings.data))
    directory.take([(walks(), ""), (walks("on-show"), "")], TODAY)
    for by in ("Jo", "Sam"):
        directory.publish("aliss:on-show", by, TODAY)
    live = Live(in_force(library, NOW))
    supporting = Supporting(directory, live, lambda: NOW)
    supporting.look()
    app = create_app(
        settings,
        live,
        store,
        known,
        lambda: NOW,
        looking=looking,
        tally=tally,
        supporting=supporting,
        stop=supporting.stop,
    )
    app.state.flush = lambda: tally.flush(store)
    return app


class Client:
    """A clinical system that says everywhere who looks."""

    def __init__(self, client: TestClient, who: Clinician) -> None:
        self.client, self.who = client, who

    def send(
        self, method: str, path: str, body: object = None, form: dict[str, str] | None = None
    ) -> Reply:
        """One request; a path under /cds-services comes with a token of its own."""
        who = self.who
        claims = {"sub": who.subject, "name": who.name, "fhirUser": who.user, "npi": who.number}
        token = EHR.token(f"{PUBLIC_URL}{path}", NOW, **claims)
        headers = {
            **(bearer(token) if path.startswith("/cds-services") else {}),
            "x-goodday-user": who.name,
            "x-goodday-role": "clinical, auditor, manager, directory",
            "User-Agent": f"{who.user} {who.number}",
            "X-User": who.subject,
            "Accept": "text/html" if path == "/status" else "application/json",
            "Sec-Fetch-Site": "same-origin",
        }
        query = "&".join(f"user={quote(one)}" for one in who.every[:4])
        address = f"{path}?{query}"
        if form is not None:
            return Reply(self.client.request(method, address, data=form, headers=headers))
        return Reply(self.client.request(method, address, json=body, headers=headers))

    def call(self, person: str, number: int) -> Json:
        """A call about somebody, by the clinician under one of their names."""
        who = self.who
        services: list[Json] = self.send("GET", "/cds-services").body["services"]
        templates = next(one["prefetch"] for one in services if one["hook"] == VIEW)
        call = a_call(prefetch_of(templates, margaret(person)), of=person)
        call["hookInstance"] = str(UUID(int=number, version=4))
        seen_by = (f"Practitioner/{who.user}", f"PractitionerRole/{who.number}")[number % 2]
        call["context"] |= {"userId": seen_by, "encounterId": f"by {who.user}"}
        call["extension"] = {"user": who.name, "npi": who.number}
        call["fhirAuthorization"] = {
            "access_token": who.subject, "token_type": "Bearer", "expires_in": 300,
            "scope": "user/*.read", "subject": who.subject, "patient": person,
        }  # fmt: skip
        return call

    def met(self, cards: list[Json]) -> Json:
        """Feedback in every form, signed by the clinician wherever there is room."""
        who = self.who
        written = closed(cards[0], NOW, "limited-time")
        written["overrideReason"]["userComment"] = f"{who.name} ({who.number}) was in a hurry"
        written["overrideReason"]["reason"]["display"] = who.name
        pressed = taken(cards[1], cards[1]["suggestions"][0], NOW)
        foreign = closed({"uuid": who.number}, NOW, who.user)
        return {"feedback": [{**one, "user": who.user} for one in (written, pressed, foreign)]}


def _seen(page: str) -> dict[str, str]:
    """What the page of those who publish says that they see."""
    found = re.search(
        r'name="entry" value="aliss:walks">\s*<input[^>]*"seen" value="([^"]*)"', page
    )
    assert found
    return {"seen": found[1]}


def routes_of(routes: Sequence[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Every method and path that there is; a sort of route that we cannot look into is an error."""
    for route in routes:
        within = getattr(route, "original_router", None)  # FastAPI's own sort of it
        if within is not None:
            yield from routes_of(within.routes)
            continue
        assert isinstance(route, Route), f"{route!r} is of a sort that is not walked"
        for method in sorted(route.methods or ()):
            yield method, route.path


def at_every_route(app: FastAPI, ehr: Client, day: Day) -> None:
    """Two cards, what was said to them, and then every route once more, whatever it is for."""
    cards: list[Json] = []
    for number, person in enumerate(("p0", "p1")):
        reply = ehr.send("POST", CALL, ehr.call(person, number))
        day.said[f"the card about {person}"] = f"{reply.headers}\n{reply.text}"
        cards.append(reply.card)
    link = next(one["url"] for one in cards[0]["links"] if one["label"] == "Why this?")
    values = {
        "{service_id}": f"good-day-{VIEW}",
        "{card}": str(cards[0]["uuid"]),
        "{token}": str(link).rpartition("/")[2],
        "{form}": "agenda-sheet",
    }
    bodies = {CALL: ehr.call("p2", 2), f"{CALL}/feedback": ehr.met(cards)}
    mute = {"rule": COPD_RULE, "press": "mute"}
    forms = {f"/why/{values['{token}']}": mute, f"/why/cards/{values['{card}']}": mute}
    forms |= pressed(ehr, f"/why/{values['{token}']}", day.said)
    app.state.flush()  # and one of the two waits to be judged
    values["{rule}"] = COPD_RULE
    # The entry that waits: one approval is theirs. Somebody else's makes it be on show.
    forms[f"{SUPPORT}/publish"] = {
        "entry": walks().id, "press": "approve", **_seen(ehr.send("GET", f"{SUPPORT}/publish").text)
    }  # fmt: skip
    forms[f"{SUPPORT}/suggest"] = {"name": "Songs", "about": "We sing."}
    forms[f"{SUPPORT}/changed"] = {"entry": "aliss:on-show"}
    forms[PAGE] = {**fields_of(ehr.send("GET", PAGE).text), "press": "right"}
    spoilt = {"feedback": [{**closed(cards[0], NOW), "outcome": ehr.who.user}, ehr.who.name]}
    day.said["feedback that cannot be read"] = ehr.send("POST", f"{CALL}/feedback", spoilt).text
    for method, template in routes_of(app.routes):
        path = template
        for name, value in values.items():
            path = path.replace(name, value)
        assert "{" not in path, f"{template}: say here what stands in its place"
        posted = method == "POST"
        assert not posted or path in {**bodies, **forms}, f"{template}: say here what is sent to it"
        form = forms.get(path) if posted else None
        reply = ehr.send(method, path, bodies.get(path) if posted else None, form)
        assert reply.status == 200, f"{method} {template}: {reply.status} {reply.text}"
        said = f"{reply.headers}\n{reply.text}"
        if template == "/audit":  # whom it is about: who looked
            day.audit += said
        else:
            day.said[f"{method} {template}"] = said
        if template == "/metrics":
            day.figures = [one for one in reply.text.splitlines() if "seconds" not in one]


def with_every_verb(data: Path, day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    """What every verb of the store says and writes."""
    backups = data.parent / "backups"
    person = ["p0", "--client", EHR.name]
    to = ["--to", str(backups)]
    typed: dict[str, Callable[[], list[str]]] = {
        "backup": lambda: to,
        "verify": list,
        "upgrade": lambda: to,
        "said": list,
        "to-code": list,
        "reply": lambda: [COPD_RULE, "--says", "It is quieter now."],
        "export": lambda: person,
        "erase": lambda: [*person, "--yes"],
        "restore": lambda: [str(next(backups.glob("goodday-*"))), "--yes"],
    }
    assert set(typed) == set(verbs.VERBS), "say here how the new verb is typed"
    for verb, more in typed.items():
        capsys.readouterr()
        code = run(["store", verb, *more(), "--data", str(data)])
        said = capsys.readouterr()
        day.said[f"goodday store {verb}"] = said.out + said.err
        assert code == 0, said.err
    for made in backups.iterdir():
        for name, packed in bytes_of(made, Place(data)):
            day.said[f"the backup's {name}"] = packed.decode("latin-1")


def a_day(
    folder: Path,
    library: Library,
    who: Clinician,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[FastAPI], None] = lambda _: None,
) -> Day:
    """One day: every route, every verb, and every byte that is kept after it."""
    day, data = Day(), folder / "data"
    data.mkdir(parents=True)
    (data / "store.key").write_text(SAME_KEY)
    (data / "store.key").chmod(0o600)
    names = count(100)
    with monkeypatch.context() as patched:
        patched.setattr("cds_hooks.cards.uuid4", lambda: UUID(int=next(names), version=4))
        app = app_of(folder, library)
        spoil(app)
        with TestClient(app, base_url="http://good-day.internal", client=(HERE, 1)) as client:
            at_every_route(app, Client(client, who), day)
            _note_files(data, day, "while it runs")
        _note_files(data, day, "after it")
        database = connect(Place(data), FILE)
        with database.reading() as connection:
            for name, table in metadata.tables.items():
                rows = [dict(row) for row in connection.execute(table.select()).mappings()]
                day.kept[name] = [
                    {k: v for k, v in row.items() if (name, k) not in RANDOM} for row in rows
                ]
        database.close()
        with_every_verb(data, day, capsys)
    return day


def _note_files(data: Path, day: Day, when: str) -> None:
    for file in data.rglob("*"):
        if file.is_file() and not file.name.startswith(kept_apart.FILE):
            day.said[f"{file.name} {when}"] = file.read_bytes().decode("latin-1")
        elif file.is_file():
            day.audit += file.read_bytes().decode("latin-1")
