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
    in_the_air: int = 0  # kills of a run that had sent something and did not know what came of it
    wrong: list[str] = field(default_factory=list[str])


def kill_again_and_again(sender: Sender, kills: int, seed: int, *, seen: int) -> Told:
    """Nights sent and killed until there were so many kills, each night then sent to its end.

    The moments are drawn; but of each night the first kill, and every so many (``seen``) after it,
    is when a transaction is in the air.
    """
    draw, told = Random(seed), Told()
    while told.kills < kills:
        night = told.nights
        add = [f"k{night}-{number}" for number in range(ADD)]
        end = [f"o{night}-{number}" for number in range(END)]
        sender.makes(add, end)
        # So long a transaction takes at least, and there are three.
        sender.server.gate.slow = slow = draw.choice([0.1, 0.3, 0.6])
        told.nights += 1
        before = told.kills
        while told.kills < kills:
            is_seen = (told.kills - before) % seen == 0
            after = draw.uniform(0, 4 * slow)
            if not _killed(sender, None if is_seen else after, told) or draw.random() < 0.2:
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


def _killed(sender: Sender, after: float | None, told: Told) -> bool:
    """Whether it was killed so many seconds after it began; it may have been done by then.

    None: as soon as it has something in the air.
    """
    before = len(_journal(sender))
    started = _begun(sender, told)
    if after is not None:
        time.sleep(after)
    else:
        while started.poll() is None and not _is_in_the_air(sender, before):
            time.sleep(0.001)
    if started.poll() is None:
        started.send_signal(signal.SIGKILL)
    started.communicate()
    last = (sender.to / f"sent-{sender.mark()}.txt").read_text("utf-8").rpartition("Sent by")[2]
    if started.returncode != -signal.SIGKILL or "Until" in last:  # it had sent everything
        return False
    told.kills += 1
    told.in_the_air += _is_in_the_air(sender, before)
    return True


def _journal(sender: Sender) -> list[str]:
    path = sender.data / "reminders-ehr.journal"
    return path.read_text("utf-8").splitlines() if path.exists() else []


def _is_in_the_air(sender: Sender, before: int) -> bool:
    """Whether the last that was written, after so many lines, is what was about to be sent."""
    lines = _journal(sender)
    return len(lines) > before and '"sending"' in lines[-1]


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
