"""Rules that change in a real ``goodday serve`` which is called all the time: no half of a set.

A few changes in ``make test``; in ``make soak`` a thousand, at a hundred calls a second.
"""

import json
import os
import re
import shutil
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

import pytest
from hypothesis import settings

from tests.pace import Pace, calling
from tests.served import VIEW, Running, a_call, prefetch_of, serving
from tests.unit.cds_hooks.test_reloading import BROKEN, NAMES, coughing, one_version, write

pytestmark = pytest.mark.long

SOAK = settings().max_examples > 200
RELOADS = 1_000 if SOAK else 6
RATE, CALLERS = 100, 32
CALL = f"/cds-services/good-day-{VIEW}"


def test_a_thousand_changes_at_a_hundred_calls_a_second(tmp_path: Path) -> None:
    """Each set comes whole, by a link that is put elsewhere, and the service finds it by itself.

    Every other set is bad. All answers are cards, all of an answer is of one version, and none is
    of an older one than an answer that was there before the call went out.
    """
    practice = tmp_path / "practice"
    write(tmp_path / "version-1", 1)
    practice.symlink_to("version-1")
    seen = [1]
    with ExitStack() as stack:
        running = stack.enter_context(serving(tmp_path, practice, "--reload", "0.05"))
        connections = [
            stack.enter_context(closing(HTTPConnection("127.0.0.1", running.port, timeout=60)))
            for _ in range(CALLERS)
        ]
        (view,) = running.send("GET", "/cds-services").body["services"]
        call = json.dumps(a_call(prefetch_of(view["prefetch"], coughing("person-0")), "person-0"))
        instance = json.loads(call)["hookInstance"]

        def once(caller: int, number: int) -> None:
            """Every fifth call is for discovery; each of the others is about somebody new."""
            connection, newest = connections[caller], max(seen[-CALLERS:])
            if number % 5 == 0:
                connection.request("GET", "/cds-services")
                pattern = r"of version (\d+)"
            else:
                body = call.replace("person-0", f"person-{number}")
                body = body.replace(instance, str(uuid4()))
                connection.request("POST", CALL, body, {"Content-Type": "application/json"})
                pattern = rf"(?:{'|'.join(NAMES)})\|(\d+)"
            response = connection.getresponse()
            text = response.read().decode()
            assert response.status == 200, text
            assert number % 5 == 0 or all(f"{name}|" in text for name in NAMES), text
            version = one_version(text, pattern)
            assert version >= newest, (version, newest)
            seen.append(version)

        with calling(RATE, CALLERS, once) as pace:
            change_all(tmp_path, running, pace)
    assert pace.wrong == []
    assert len(set(seen)) > RELOADS / 3
    if SOAK:
        assert pace.rate > 0.99 * RATE, pace.rate


def change_all(folder: Path, running: Running, pace: Pace) -> None:
    """Put one set after another in its place, each once the one before was taken or kept out."""
    broken, before = list(BROKEN.values()), 0
    for number in range(2, RELOADS + 2):
        bad, reason = broken[number // 2 % len(broken)] if number % 2 else ({}, "")
        write(folder / f"version-{number}", number, **bad)
        (folder / "next").symlink_to(f"version-{number}")
        _, before = running.logged(before)
        os.replace(folder / "next", folder / "practice")
        said = first_event(running, before, pace)
        assert (said["event"], said.get("reason", "")) == (
            ("reload-failed", reason) if bad else ("reloaded", "")
        )
        (service,) = running.send("GET", "/cds-services").body["services"]
        assert one_version(service["description"], r"of version (\d+)") == number - bool(bad)
        shutil.rmtree(folder / f"version-{number - 1}")


def first_event(running: Running, before: int, pace: Pace) -> dict[str, str]:
    """What is first said of a reload after a place in the log."""
    until = monotonic() + 60
    while monotonic() < until and not pace.wrong:
        lines, before = running.logged(before)
        for line in lines:
            if re.search('"event":"reload', line):
                found: dict[str, str] = json.loads(line)
                return found
        sleep(0.02)
    raise AssertionError(pace.wrong or running.wrote()[-2000:])
