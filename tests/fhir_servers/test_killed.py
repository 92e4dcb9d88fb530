"""Some kills, for CI; ``kills.py`` has fifty of them, for ``make soak``."""

from pathlib import Path

import pytest

from tests.fhir_servers.killing import kill_again_and_again
from tests.fhir_servers.servers import medplum
from tests.sending import Sender

pytestmark = pytest.mark.long
KILLS = 6


def test_after_a_kill_at_any_moment_each_reminder_is_there_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with medplum() as server:
        told = kill_again_and_again(Sender(tmp_path, capsys, server), KILLS, seed=7, seen=KILLS)
    assert told.wrong == []
    assert told.kills == KILLS
    # Or it would hold of kills that came before anything was sent.
    assert told.in_the_air >= told.nights
