"""The service as a client meets it: real HTTP, a real store on disk, and a clock that a test sets.

``Surgery`` wraps the app and remembers nothing of its own. Requests are made as a client would make
them: from what discovery asks for, with each resource under the key that its type belongs to.
"""

import json
import re
import subprocess
from atexit import register
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from shutil import copytree, rmtree
from signal import SIGINT
from socket import SHUT_WR, create_connection
from tempfile import mkdtemp
from time import sleep
from typing import Any
from uuid import uuid4

from starlette.testclient import TestClient

from cds_hooks.app import create_app
from cds_hooks.discovery import HookService
from cds_hooks.invoke import read_call, record_of_call, sent_with
from cds_hooks.live import InForce, Live, in_force
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from rules.load import load_library
from rules.record import PatientRecord
from rules.rule import Library, Status
from tests.builders import Resource, a_bundle
from tests.fhir_search import search
from tests.running import GOODDAY

# JSON of a request or an answer: tests say with what they compare it which shape they expect.
Json = dict[str, Any]

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
VIEW, BOOK = "patient-view", "appointment-book"
HELD_BACK = "example.good-day.held-back"
FHIR_SERVER = "https://ehr.example/fhir"


def piloting(folder: Path, *rules: str, **practice: str) -> Library:
    """The library of an invented practice that pilots these of the rules we ship.

    Its rules need no review, however many years a test goes through.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["name: Two Rivers Surgery", "invented: yes", "phone: 01632 960000"]
    lines += [f"{name}: {value}" for name, value in practice.items()]
    lines += ["pilots:", *(f"  - {rule}" for rule in rules)]
    (folder / "practice.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    library = load_library(folder).usable()
    cared = [(rule, replace(rule.care, review_by=None)) for rule in library.rules]
    return replace(library, rules=tuple(replace(rule, care=care) for rule, care in cared))


def in_pilot(library: Library) -> Library:
    """All of its rules shown to people, those too that lack what a pilot needs.

    For tests that are about something else than the gates.
    """
    shown = tuple(replace(rule, status=Status.PILOT) for rule in library.rules)
    return replace(library, rules=shown)


class Surgery:
    """One practice with Good Day: ask it, answer it, and let time pass."""

    def __init__(self, client: TestClient, store: Path) -> None:
        self.client = client
        self.store = store
        self.now = NOW

    def clock(self) -> datetime:
        """The moment it is in this surgery."""
        return self.now

    def pass_time(self, **much: float) -> None:
        """Let some days or hours go by."""
        self.now += timedelta(**much)

    def discovery(self) -> list[Json]:
        """The services that the app offers."""
        answer = self.client.get("/cds-services")
        assert answer.status_code == 200
        services: list[Json] = answer.json()["services"]
        return services

    def templates(self, hook: str = VIEW) -> dict[str, str]:
        """The prefetch templates of the service of a hook."""
        return next(s["prefetch"] for s in self.discovery() if s["hook"] == hook)

    def a_call(
        self, resources: Iterable[Resource], of: str = "test-person", hook: str = VIEW
    ) -> Json:
        """A whole request about somebody, with a list under every key that discovery names."""
        return a_call(prefetch_of(self.templates(hook), resources), of=of, hook=hook)

    def ask(self, call: Json) -> "Reply":
        """Send a request to the service of its hook (patient-view, where it names none of ours)."""
        hook = call.get("hook")
        known = hook if hook in (VIEW, BOOK) else VIEW
        return Reply(self.client.post(f"/cds-services/good-day-{known}", json=call))

    def post(self, body: bytes, hook: str = VIEW, **headers: str) -> "Reply":
        """Send bytes just as they are."""
        sent = {"content-type": "application/json", **headers}
        return Reply(self.client.post(f"/cds-services/good-day-{hook}", content=body, headers=sent))

    def tell(self, *items: Json | str, hook: str = VIEW) -> "Reply":
        """Send feedback."""
        body = {"feedback": list(items)}
        return Reply(self.client.post(f"/cds-services/good-day-{hook}/feedback", json=body))


class Reply:
    """An answer over HTTP, with names for what tests look at."""

    def __init__(self, response: Any) -> None:  # httpx or its successor: whichever starlette took
        self.status: int = response.status_code
        self.text: str = response.text
        self.headers: Mapping[str, str] = response.headers
        is_json = self.headers.get("content-type", "").partition(";")[0].endswith("json")
        has_body = response.request.method != "HEAD"
        self.body: Json = response.json() if is_json and has_body else {}

    @property
    def cards(self) -> list[Json]:
        """The cards; fails where the answer is not an answer."""
        assert self.status == 200, self.text
        cards: list[Json] = self.body["cards"]
        return cards

    @property
    def card(self) -> Json:
        """The one card; fails where there is none."""
        assert len(self.cards) == 1, self.text
        return self.cards[0]

    @property
    def prompted(self) -> frozenset[str]:
        """The rules that the card stands for: "No, thank you" answers each of them by name."""
        return frozenset(
            action["resource"]["identifier"][0]["value"].partition("|")[0]
            for card in self.cards
            for action in card["suggestions"][-1]["actions"]
        )

    @property
    def held_back(self) -> dict[str, Json]:
        """What the answer says about rules that did not prompt, rule by rule."""
        assert self.status == 200, self.text
        return {one["rule"]: one for one in self.body.get("extension", {}).get(HELD_BACK, ())}

    def decided(self, rule: str) -> str:
        """What became of a rule: card, quiet, answers, cannot-tell, or nothing to say."""
        if rule in self.prompted:
            return "card"
        held = self.held_back.get(rule)
        return str(held["step"]) if held else "nothing"

    def says(self) -> str:
        """The words of a refusal, after a check that it is an OperationOutcome and no more."""
        assert self.headers["content-type"] == "application/fhir+json"
        assert set(self.body) == {"resourceType", "issue"}
        assert self.body["resourceType"] == "OperationOutcome"
        (issue,) = self.body["issue"]
        assert set(issue) == {"severity", "code", "diagnostics"}
        assert issue["severity"] == "error"
        return str(issue["diagnostics"])

    def button(self, starts: str) -> Json:
        """The suggestion whose label starts with these words."""
        return next(s for s in self.card["suggestions"] if s["label"].startswith(starts))


def until_reached(ask: Callable[[], Reply]) -> Reply:
    """The first answer that is no 412: a call's FHIR server has a third of a second, and a machine
    that does other things too may take longer. Whoever gets a 412 asks again.
    """
    for _ in range(_TRIES):
        reply = ask()
        if reply.status != 412:
            return reply
        sleep(0.25)
    raise AssertionError("The server was never reached in time.")


_TRIES = 40


@cache
def _nobody_asked() -> Path:
    """A store in which nothing is remembered: made once, since most tests begin with such a one."""
    folder = Path(mkdtemp(prefix="good-day-tests-"))
    register(rmtree, folder, ignore_errors=True)
    made = Answers(folder / "store")
    made.forget_mutes(NOW.date())  # its neighbours are made when they are first needed
    made.forget_sittings(NOW)
    made.close()
    return folder / "store"


def a_store(store: Path) -> Answers:
    """What is remembered in a folder; nothing yet, in a new one."""
    if not store.exists():
        copytree(_nobody_asked(), store)
    return Answers(store)


_ready: dict[int, tuple[Library, InForce]] = {}  # with the library, whose id is no other's then


def in_force_once(library: Library) -> Live:
    """A library in force: made ready once, however many tests have it, which takes 0.1 s."""
    known = _ready.get(id(library))
    if known is None:
        known = _ready[id(library)] = (library, in_force(library, NOW))
    return Live(known[1])


@contextmanager
# Any: each setting has a type of its own, which Settings checks.
def surgery(folder: Path, library: Library | Live, **settings: Any) -> Generator[Surgery]:
    """The app over a library, with its store under ``folder``."""
    store = folder / "store"
    answers = a_store(store)
    told: list[Surgery] = []
    live = library if isinstance(library, Live) else in_force_once(library)
    app = create_app(Settings(data=store, **settings), live, answers, clock=lambda: told[0].clock())
    with TestClient(app, base_url="http://good-day.example") as client:
        told.append(Surgery(client, store))
        yield told[0]


def prefetch_of(templates: Mapping[str, str], resources: Iterable[Resource]) -> Json:
    """A prefetch as a client fills it: the Patient, and a searchset Bundle for each other key."""
    given = list(resources)
    filled: Json = {}
    for key, template in templates.items():
        if template.startswith("Patient/"):
            patients = [one for one in given if one["resourceType"] == "Patient"]
            filled[key] = patients[0] if patients else None
        else:
            filled[key] = a_bundle(*search(template, given))
    return filled


def sent_record(body: bytes, service: HookService) -> PatientRecord:
    """The record in a request, read as the service reads it where there is no server to ask."""
    call = read_call(body)
    return record_of_call(call, service, sent_with(call, service, null_means_empty=False), {})


def a_call(prefetch: Json, of: str = "test-person", hook: str = VIEW, **more: object) -> Json:
    """A request about somebody, whose record is opened by a GP of their own.

    So no session is ever full, unless a test is about that and says who looks.
    """
    gp = "gp" if of == "test-person" else f"gp-of-{of}"
    return {
        "hook": hook,
        "hookInstance": str(uuid4()),
        "context": {"userId": f"Practitioner/{gp}", "patientId": of},
        "prefetch": prefetch,
        **more,
    }


def taken(card: Json, suggestion: Json, at: datetime) -> Json:
    """Feedback: a suggestion was accepted."""
    return {
        "card": card["uuid"],
        "outcome": "accepted",
        "acceptedSuggestions": [{"id": suggestion["uuid"]}],
        "outcomeTimestamp": at.isoformat().replace("+00:00", "Z"),
    }


def closed(card: Json, at: datetime, reason: str = "", **more: object) -> Json:
    """Feedback: a card was closed, with one of its reasons or without."""
    item: Json = {
        "card": card["uuid"],
        "outcome": "overridden",
        "outcomeTimestamp": at.isoformat().replace("+00:00", "Z"),
        **more,
    }
    if reason:
        item["overrideReason"] = {"reason": {"code": reason, "system": "http://example.org/why"}}
    return item


class Running:
    """A real ``goodday serve``: its address, where its store is, and all that it wrote."""

    def __init__(self, process: "subprocess.Popen[bytes]", folder: Path) -> None:
        self.process = process
        self.store = folder / "store"
        self._folder = folder
        first = _line(folder / "out", process)
        found = re.search(r"http://\S+:(\d+)/cds-services", first)
        assert found, first + self.wrote()
        self.port = int(found[1])

    def wrote(self) -> str:
        """Everything on standard output and standard error so far."""
        return "".join(
            (self._folder / name).read_text(encoding="utf-8", errors="replace")
            for name in ("out", "err")
        )

    def logged(self, since: int) -> tuple[list[str], int]:
        """The whole lines of its log from some place on, and the place after them."""
        with (self._folder / "err").open("rb") as log:
            log.seek(since)
            found = log.read()
        whole = found[: found.rfind(b"\n") + 1]
        return whole.decode("utf-8", "replace").splitlines(), since + len(whole)

    def send(
        self, method: str, address: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> "Plain":
        """One request on a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        with closing(connection):
            connection.request(method, address, body, dict(headers or {}))
            response = connection.getresponse()
            return Plain(response.status, response.read().decode())

    def post(self, address: str, value: object, **headers: str) -> "Plain":
        """A JSON value, or bytes as they are."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.send("POST", address, body, {"Content-Type": "application/json", **headers})

    def raw(self, sent: bytes) -> bytes:
        """Bytes on the wire, HTTP or not."""
        with create_connection(("127.0.0.1", self.port), timeout=20) as wire:
            wire.sendall(sent)
            wire.shutdown(SHUT_WR)
            received = b""
            while part := wire.recv(65_536):
                received += part
            return received

    def stop(self) -> int:
        """Ctrl-C, and the exit code."""
        self.process.send_signal(SIGINT)
        return self.process.wait(timeout=20)


@dataclass(frozen=True)
class Plain:
    """What came back over a socket."""

    status: int
    text: str

    @property
    def body(self) -> Json:
        """The JSON of it."""
        value: Json = json.loads(self.text)
        return value


@contextmanager
def serving(folder: Path, practice: Path, *options: str) -> Generator[Running]:
    """``goodday serve`` for a practice, on a free port, with its store under ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [GOODDAY, "serve", "--practice", str(practice), "--port", "0"]
    command += ["--data", str(folder / "store"), *options]
    command += [] if "--clients" in options else ["--open"]
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err)
        try:
            yield Running(process, folder)
        finally:
            process.kill()
            process.wait()


def _line(path: Path, process: "subprocess.Popen[bytes]") -> str:
    """The first whole line that a process writes, or what there is when it ends without one."""
    while process.poll() is None and b"\n" not in path.read_bytes():
        sleep(0.01)
    return path.read_text(encoding="utf-8")
