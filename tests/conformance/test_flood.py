"""One client sends far more than was agreed: it is told to wait, and nobody else notices."""

import json
from collections import Counter
from pathlib import Path
from threading import Event, Thread
from time import monotonic

from hypothesis import settings

from cds_hooks.clock import now
from tests.callers import PUBLIC_URL, Caller, a_pair, bearer, registered
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import VIEW, Plain, Running, a_call, piloting, prefetch_of, serving

SOAK = settings().max_examples > 200
CALLS = 300 if SOAK else 20
AGREED = 60  # calls a minute
A = Caller("a", "https://a.example", a_pair("a"))
B = Caller("b", "https://b.example", a_pair("b"))
PATH = f"/cds-services/good-day-{VIEW}"


def call(running: Running, who: Caller, templates: dict[str, str], of: str) -> Plain:
    """One call about somebody, with a token of its own."""
    body = json.dumps(a_call(prefetch_of(templates, margaret(of)), of=of)).encode()
    head = bearer(who.token(PUBLIC_URL + PATH, now())) | {"content-type": "application/json"}
    return running.send("POST", PATH, body, head)


def test_b_is_answered_throughout_while_a_sends_more_than_was_agreed(tmp_path: Path) -> None:
    piloting(tmp_path / "practice", COPD_RULE)
    tables = A.table(most_per_minute=AGREED), B.table(most_per_minute=100_000)
    clients = registered(tmp_path, *tables)
    with serving(tmp_path, tmp_path / "practice", "--clients", str(clients)) as running:
        discovery = f"{PUBLIC_URL}/cds-services"
        services = running.send("GET", "/cds-services", headers=bearer(B.token(discovery, now())))
        templates = services.body["services"][0]["prefetch"]
        over, told = Event(), Counter[int]()

        def flood() -> None:
            while not over.is_set():
                told[call(running, A, templates, "somebody").status] += 1

        flooding = [Thread(target=flood) for _ in range(4)]
        began = monotonic()
        for each in flooding:
            each.start()
        while not told[429]:
            over.wait(0.01)
        answers = [call(running, B, templates, f"person-{number}") for number in range(CALLS)]
        over.set()
        for each in flooding:
            each.join()
        assert [len(each.body["cards"]) for each in answers] == [1] * CALLS
        assert {each.status for each in answers} == {200}
        assert set(told) == {200, 429}
        assert told[200] <= AGREED + (monotonic() - began) * AGREED / 60, "what was agreed"
        assert told[429] >= 4
