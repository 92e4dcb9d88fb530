"""Fifty kills at each server: for ``make soak``. It prints what happened."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from random import SystemRandom

import pytest

from tests.fhir_servers.killing import ADD, END, Told, kill_again_and_again
from tests.fhir_servers.servers import FhirServer, hapi, medplum
from tests.sending import Sender

KILLS = 50


@pytest.mark.parametrize("start", [medplum, hapi])
def test_after_fifty_kills_each_reminder_is_there_once(
    start: Callable[[], AbstractContextManager[FhirServer]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seed = SystemRandom().randrange(1_000_000)
    with start() as server:
        sender = Sender(tmp_path, capsys, server)
        told = kill_again_and_again(sender, KILLS, seed, seen=2)
        there = sender.reminders()
    with capsys.disabled():
        print(f"\n{start.__name__}, seed {seed}: {_in_words(told)}")  # noqa: T201 - for a person
    assert told.wrong == []
    assert told.kills == KILLS
    assert told.in_the_air >= KILLS // 3  # or it would hold of kills before anything was sent
    # And no reminder besides: not of an earlier night, and not of somebody else.
    assert set(there.values()) == {1}
    assert len(there) == told.nights * ADD


def _in_words(told: Told) -> str:
    return (
        f"{told.kills} kills in {told.nights} nights of {ADD} to add and {END} to end,"
        f" {told.runs} runs; {told.in_the_air} while a transaction was in the air;"
        f" wrong: {told.wrong or 'nothing'}"
    )
