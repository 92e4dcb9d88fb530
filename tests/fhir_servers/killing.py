"""kill -9 at random moments of sending a night, and again, until it has come to its end.

What has to hold after it: every reminder is there once, and every one to end is over.
"""

import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from fhir_adapters.systems import REMINDER
from tests.sending import SAM, Sender

ADD, END = 210, 8  # three transactions
_PATIENCE = 120.0  # seconds for a run to begin, or to end, on a machine that does other things too


@dataclass
class Told:
    """What happened, for a person to read."""

    kills: int = 0
    nights: int = 0
    runs: int = 0
    in_the_air: int = 0  # kills after which the journal did not know what came of something
    wrong: list[str] = field(default_factory=list[str])


def kill_again_and_again(sender: Sender, kills: int, seed: int) -> Told:
    """Nights sent and killed until there were so many kills, each night then sent to its end."""
    draw, told = Random(seed), Told()
    while told.kills < kills:
        night = told.nights
        add = [f"k{night}-{number}" for number in range(ADD)]
        end = [f"o{night}-{number}" for number in range(END)]
        sender.makes(add, end)
        # So long a transaction takes at least, and there are three.
        sender.server.gate.slow = slow = draw.choice([0.1, 0.3, 0.6])
        told.nights += 1
        while told.kills < kills and _killed(sender, draw.uniform(0, 4 * slow), told):
            if draw.random() < 0.2:
                break
        _ended(_begun(sender, told), told)
        sender.server.gate.slow = 0.0
        _look(sender, end, told)
    return told


def _begun(sender: Sender, told: Told) -> "subprocess.Popen[bytes]":
    """A run, from the moment when it has said who sends; what comes then is the sending."""
    kept = sender.to / f"sent-{sender.mark()}.txt"
    before = kept.stat().st_size if kept.exists() else 0
    command = sender.command("--apply", sender.mark(), "--by", SAM)
    started = subprocess.Popen(
        [sys.executable, "-m", "cds_hooks", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    told.runs += 1
    until = time.perf_counter() + _PATIENCE
    while not kept.exists() or kept.stat().st_size == before:
        assert started.poll() is None, started.communicate()[0].decode()
        assert time.perf_counter() < until, "it does not begin"
        time.sleep(0.001)
    return started


def _killed(sender: Sender, after: float, told: Told) -> bool:
    """Whether it was killed so many seconds after it began; it may have been done by then."""
    started = _begun(sender, told)
    time.sleep(after)
    if started.poll() is None:
        started.send_signal(signal.SIGKILL)
    started.communicate()
    last = (sender.to / f"sent-{sender.mark()}.txt").read_text("utf-8").rpartition("Sent by")[2]
    if started.returncode != -signal.SIGKILL or "Until" in last:  # it had sent everything
        return False
    told.kills += 1
    told.in_the_air += _is_in_the_air(sender)
    return True


def _is_in_the_air(sender: Sender) -> bool:
    lines = (sender.data / "reminders-ehr.journal").read_text("utf-8").splitlines()
    return bool(lines) and '"sending"' in lines[-1]


def _ended(started: "subprocess.Popen[bytes]", told: Told) -> None:
    said = started.communicate(timeout=_PATIENCE)[0].decode()
    if started.returncode != 0:
        told.wrong.append(said)


def _look(sender: Sender, end: list[str], told: Told) -> None:
    names = [
        one["request"]["ifNoneExist"].rpartition("|")[2]
        for one in sender.entries()
        if one["request"]["method"] == "POST"
    ]
    assert len(names) == ADD
    there = Counter[str]()
    for start in range(0, len(names), 5):  # what is there twice has its place on the page too
        wanted = ",".join(f"{REMINDER}%7C{name}" for name in names[start : start + 5])
        page = sender.at_server(f"/fhir/Flag?identifier={wanted}")
        for one in page.get("entry", []):
            there.update(
                of["value"] for of in one["resource"]["identifier"] if of["system"] == REMINDER
            )
    if there != Counter(names):
        lost, doubled = Counter(names) - there, there - Counter(names)
        told.wrong.append(f"night {told.nights}: {len(lost)} lost, {len(doubled)} too many")
    if sender.over(end) != set(end):
        told.wrong.append(f"night {told.nights}: not all that are to end are over")
