"""Writes to a store in processes that do not end well, and looks whether anything was lost.

Run in a process of its own, which has one thread, so that it may fork: a child that is begun by
forking writes within milliseconds.

    python -m tests.unit.cds_hooks.store.writing killed|full ROUNDS FOLDER [URL]
    python -m tests.unit.cds_hooks.store.writing read-only 1 FOLDER
"""

import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

from cds_hooks.store.answers import Answers
from cds_hooks.store.audit import Audit, Looked
from cds_hooks.store.opening import Place
from cds_hooks.store.tables import FILE, StoreError
from cds_hooks.store.verifying import wrong_with
from rules.record import Reply
from tests.stores import NOW, a_card, pressed

PACE = 1 / 50  # seconds between two writes
EARLY = 0.2  # of all kills: before anything was written


def writes(place: Place, tell: Callable[[str], None], pace: float = PACE) -> None:
    """Issue cards, hear answers and note looks, and tell of each that it was kept, once it was."""
    store = Answers(place)
    audit = audit_of(place, store)
    number = 0
    while True:
        person = f"{os.getpid()}-{number}"
        card = a_card(person)
        store.issue(card)
        tell(f"{person} shown")
        time.sleep(pace)
        store.hear([pressed(card, "no")], NOW)
        tell(f"{person} no")
        time.sleep(pace)
        audit.add(Looked(NOW, "a nurse", "clinical", "trace", person, allowed=True))
        tell(f"{person} looked")
        time.sleep(pace)
        number += 1


def audit_of(place: Place, store: Answers) -> Audit:
    """The audit beside a store, with the key that it has there."""
    return Audit(place.folder, store.key.bytes_for("audit"))


def in_child(
    work: Callable[[Callable[[str], None]], None], patience: float | None, *, early: bool = False
) -> list[str]:
    """What a child told before it was killed, so long after its first word, or ended.

    ``early``: so long after it was begun, while it may still be opening the store.
    """
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)

        def tell(line: str) -> None:
            os.write(into, f"{line}\n".encode())

        with suppress(StoreError):
            work(tell)
        os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as told:
        lines = [] if early else [told.readline()]
        if patience is not None:
            time.sleep(patience)
            os.kill(child, signal.SIGKILL)
        lines += told.readlines()
    os.waitpid(child, 0)
    # A line that was not told whole was not told.
    return [line.decode().strip() for line in lines if line.endswith(b"\n")]


def lost(place: Place, told: list[str]) -> list[str]:
    """What was told, and is not in the store or the audit; and what is wrong with the audit."""
    store = Answers(place)
    audit = audit_of(place, store)
    missing, looked_at = audit.wrong(), {one.what for one in audit.entries()}
    audit.close()
    for line in told:
        person, what = line.split(" ")
        history = store.history(person)
        if what == "shown":
            there = len(history.shown) == 1
        elif what == "looked":
            there = person in looked_at
        else:
            there = any(one.reply is Reply.DECLINED for one in history.said)
        if not there:
            missing.append(line)
    store.close()
    return missing


def killed(place: Place, rounds: int) -> list[str]:
    """kill -9 at any moment."""
    random, told = Random(), list[str]()
    for _ in range(rounds):
        patience, early = random.uniform(0.0, 0.3), random.random() < EARLY
        told += in_child(lambda tell: writes(place, tell), patience, early=early)
    return told


def full(place: Place, rounds: int) -> list[str]:
    """A disk that is full: a file cannot grow beyond what there is left, and then it can."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    random, told = Random(), list[str]()
    Answers(place).close()
    for _ in range(rounds):
        biggest = max(path.stat().st_size for path in place.folder.iterdir())
        limit = max(biggest, 64 * 1024) + random.randint(0, 200_000)

        def until_full(tell: Callable[[str], None], limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            writes(place, tell, pace=0)  # ends with StoreError, which is what serve says

        told += in_child(until_full, None)
    return told


def read_only(place: Place) -> str:
    """What is said of a folder that may be read and not written to."""
    Answers(place).close()
    for path in place.folder.iterdir():
        path.chmod(0o444)
    place.folder.chmod(0o555)
    if os.geteuid() == 0:
        os.setuid(65534)  # root may write anywhere
    try:
        Answers(place)
    except StoreError as error:
        return str(error)
    return "opened"


def main(how: str, rounds: int, folder: Path, url: str = "") -> int:
    """Do one of the three; 0 where nothing was lost."""
    place = Place(folder, url)
    if how == "read-only":
        sys.stdout.write(read_only(place))
        return 0
    told = (killed if how == "killed" else full)(place, rounds)
    missing = lost(place, told)
    wrong = wrong_with(place)
    sys.stdout.write(f"{rounds} rounds, {len(told)} told, {len(missing)} lost, {wrong}\n")
    assert url or (folder / FILE).exists()
    return 1 if missing or wrong or not told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:]))
