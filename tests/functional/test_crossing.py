"""Many clients at once, each with people of its own under the same ids: nobody is told of another.

A few seconds in ``make test``; in ``make soak`` 64 clients ask about 200 people each for five
minutes.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from hypothesis import settings

from cds_hooks.clients.making import new_pair
from cds_hooks.clock import now
from tests.builders import PILOTED, a_condition, a_patient, rule_text, write_folder
from tests.callers import Caller, bearer, registered
from tests.served import VIEW, Json, Running, a_call, closed, prefetch_of, serving

pytestmark = pytest.mark.long

SOAK = settings().max_examples > 200
CLIENTS, PEOPLE, SECONDS = (64, 200, 300) if SOAK else (16, 8, 3)
URL = "https://good-day.example"
CALL = f"/cds-services/good-day-{VIEW}"
# One rule, whose card has the name in it.
CARD = """
    summary: What would help <first_name> on ordinary days?
    question: What does a good day look like?
    source: The test suite
"""
ALL = [
    Caller(f"ehr-{number}", f"https://ehr-{number}.example", new_pair("ES384"))
    for number in range(CLIENTS)
]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    folder = tmp_path / "practice"
    rule = rule_text(**{**PILOTED, "card": CARD})
    practice = "name: Two Rivers Surgery\ninvented: yes\npilots: [coughing]\n"
    write_folder(folder, {"coughing.yaml": rule, "practice.yaml": practice})
    tables = [each.table(most_per_minute=1_000_000) for each in ALL]
    listed = registered(tmp_path, *tables, public_url=URL)
    with serving(tmp_path, folder, "--clients", str(listed)) as started:
        yield started


def named(*numbers: int) -> str:
    """A name in letters alone, as words on a card take it."""
    digits = "".join(f"{number:03}" for number in numbers)
    return "Sam" + digits.translate(str.maketrans("0123456789", "abcdefghij"))


def ask(connection: HTTPConnection, caller: Caller, method: str, path: str, body: Json) -> Json:
    """One call with a token of its own; the answer, which has to be one."""
    head = {"Content-Type": "application/json", **bearer(caller.token(URL + path, now()))}
    connection.request(method, path, json.dumps(body).encode() if body else None, head)
    response = connection.getresponse()
    told: Json = json.loads(response.read())
    assert response.status == 200, (response.status, told)
    return told


def test_nobody_is_told_of_anybody_elses_people(running: Running) -> None:
    """Half of them have a cough; the card about each of these, and about no other, has their name.

    Every client has a person under each id, and none has the name of another client's. Every other
    client tells what became of each card, and gets none at the next look; with the others nobody
    has said anything, so each of their people gets a card.
    """
    until = time.monotonic() + SECONDS
    crossed: list[str] = []
    told = [0] * CLIENTS

    def look(number: int, connection: HTTPConnection, templates: Json, lap: int) -> None:
        people = list(range(PEOPLE))
        Random(number * 1_000_003 + lap).shuffle(people)
        for person in people:
            if (lap and time.monotonic() > until) or crossed:
                return  # everybody at least once, however slow the machine
            of, name = f"person-{person}-{lap}", named(number, person, lap)
            coughs = (person + number) % 2 == 0
            record = [a_patient(of, name=name)]
            whose = {"reference": f"Patient/{of}"}
            record += [a_condition("cough", subject=whose)] if coughs else []
            call = a_call(prefetch_of(templates, record), of=of)
            found = ask(connection, ALL[number], "POST", CALL, call)["cards"]
            if found and number % 2:
                said = {"feedback": [closed(found[0], now())]}
                ask(connection, ALL[number], "POST", f"{CALL}/feedback", said)
                again = {**call, "hookInstance": str(uuid4())}
                if ask(connection, ALL[number], "POST", CALL, again)["cards"]:
                    crossed.append(f"{name}: an answer was forgotten")
            for card in found:
                card.pop("links", None)  # any word may stand in their sealed letters
            cards = json.dumps(found)
            if set(re.findall(r"Sam[a-z]+", cards)) != ({name} if coughs else set()):
                crossed.append(f"{name}: {cards}")
            told[number] += 1

    def client(number: int) -> None:
        try:
            with closing(HTTPConnection("127.0.0.1", running.port, timeout=60)) as connection:
                found = ask(connection, ALL[number], "GET", "/cds-services", {})
                (view,) = found["services"]
                lap = 0
                while time.monotonic() < until and not crossed:
                    look(number, connection, view["prefetch"], lap)
                    lap += 1
        except (OSError, AssertionError, KeyError) as error:
            crossed.append(repr(error))

    clients = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    assert crossed == []
    assert min(told) >= PEOPLE, told
    print(f"{sum(told)} calls of {CLIENTS} clients, {min(told)} to {max(told)} each")  # noqa: T201 - for make soak's reader
