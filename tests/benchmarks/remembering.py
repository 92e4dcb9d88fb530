"""What keeping a card or an answer adds to a request, and how many answers a second are kept.

A request with a card waits for two transactions, one within the other: that in which the card is
kept, and that of the session. Feedback waits for one. What these writes add is held against the
limit; what is read in them (what was shown and said before, and what is muted) is told with them,
not held. It is CPU of the thread, user and system, beside a floor that keeps one row as safely with
nothing in between, in the same rounds; the collector runs as seldom as in ``goodday serve``. What
else runs on the machine only ever adds, so the least disturbed round counts; the middle one is told
with it, and both beside the floor's.

Then answers are sent one by one to a ``goodday serve`` over a store on disk, by several clients at
once, each the next when the last was acknowledged; in the end every one of them is looked for.
"""

import argparse
import gc
import json
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from cds_hooks.store.answers import Again, Answers
from cds_hooks.store.kept import Issued
from rules.record import Reply
from tests.benchmarks.piloted import write_practice
from tests.benchmarks.servers import ask as send
from tests.benchmarks.servers import goodday, message, served
from tests.served import VIEW
from tests.stores import NOW, TODAY, a_card, pressed

ROUNDS, IN_ONE = 30, 40
FLOOR, READING = "a floor that keeps one row", "a card, with what is read for it"
MEANT_MS, MEANT_A_SECOND = 0.3, 500
SECONDS, CLIENTS, AT_ONCE = 10.0, 16, 400
CLINICIANS = [f"Practitioner/{number}" for number in range(8)]
RULES = [f"rule-{number}" for number in range(40)]
ROW = "x" * 600  # a card with five buttons, as in floor.py


def taking(work: Callable[[Issued], object], cards: Sequence[Issued]) -> float:
    """CPU milliseconds of this thread for each."""
    began = time.thread_time()
    for card in cards:
        work(card)
    return (time.thread_time() - began) / len(cards) * 1000


def report_cpu(folder: Path, rounds: int) -> bool:
    """Print what each adds; whether any is over the limit."""
    store = Answers(folder / "store")
    floor = sqlite3.connect(folder / "rows.sqlite")
    floor.execute("PRAGMA journal_mode = WAL")
    floor.execute("PRAGMA synchronous = FULL")
    floor.execute("CREATE TABLE kept (card TEXT PRIMARY KEY, row TEXT)")

    def one_row(_card: Issued) -> None:
        with floor:
            floor.execute("INSERT INTO kept VALUES (?, ?)", (str(uuid4()), ROW))

    def written(card: Issued, *, after_reading: bool = False) -> None:
        with store.about(card.person) as known:
            if after_reading:
                known.history(Again(card.service, card.hook_instance, NOW), TODAY)
            who = CLINICIANS[sum(map(ord, card.person)) % len(CLINICIANS)]
            with store.sitting(who, NOW) as sitting:
                if after_reading:
                    store.session(who, NOW)
                    store.mutes().of(who, RULES, TODAY)
                sitting.more = 1
            known.issue(card)

    ways: dict[str, Callable[[Issued], object]] = {
        FLOOR: one_row,
        "a card": written,
        "an answer": lambda card: store.hear([pressed(card, "no")], NOW),
        READING: partial(written, after_reading=True),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        cards = [a_card(f"p{number}-{each}") for each in range(IN_ONE)]
        others = [a_card(f"q{number}-{each}") for each in range(IN_ONE)]
        for name, work in ways.items():
            took[name].append(taking(work, others if name == READING else cards))
    store.close()
    floor.close()
    over = False
    least, middle = min(took[FLOOR]), statistics.median(took[FLOOR])
    for name, each in took.items():
        above = name not in (FLOOR, READING) and min(each) > MEANT_MS
        over |= above
        print(
            f"{name}: {statistics.median(each):.2f} ms CPU in the middle"
            f" ({statistics.median(each) / middle:.1f} x the floor), undisturbed {min(each):.2f}"
            f" ({min(each) / least:.1f} x the floor){f', over {MEANT_MS} ms' * above}"
        )
    return over


def report_answers(folder: Path, seconds: float) -> bool:
    """Print how many answers a second are kept; whether one was lost, or these were too few."""
    write_practice(folder / "practice", 2)
    data = folder / "served"
    store = Answers(data, lasting=False)
    cards = [a_card(f"p{number}") for number in range(int(seconds * 2 * MEANT_A_SECOND))]
    for card in cards:
        store.issue(card)
    store.close()
    path = f"/cds-services/good-day-{VIEW}/feedback"
    told = list[Issued]()
    with served([*goodday(folder / "practice", data), "--open"], "/cds-services") as server:
        began, cpu = time.perf_counter(), server.cpu()
        while (took := time.perf_counter() - began) < seconds and len(told) < len(cards):
            some = cards[len(told) : len(told) + AT_ONCE]
            send(server, [message(path, no(card)) for card in some], CLIENTS)
            told += some
        cpu = (server.cpu() - cpu) / len(told) * 1000
    store = Answers(data)
    lost = [card for card in told if not _said_no(store, card)]
    store.close()
    with closing(sqlite3.connect(data / "answers.sqlite")) as file:
        (kept,) = file.execute("SELECT count(*) FROM answers").fetchone()
    a_second = len(told) / took
    few = f", below {MEANT_A_SECOND}" * (a_second < MEANT_A_SECOND)
    print(
        f"{len(told)} answers in {took:.1f} s from {CLIENTS} clients: {a_second:.0f} a second{few},"
        f" {cpu:.2f} ms CPU each; {len(lost)} lost, {kept} kept"
    )
    return bool(lost) or kept != len(told) or a_second < MEANT_A_SECOND


def no(card: Issued) -> bytes:
    """Feedback: "No, thank you" was pressed."""
    item = {
        "card": card.card,
        "outcome": "accepted",
        "acceptedSuggestions": [{"id": f"{card.card}-no"}],
        "outcomeTimestamp": NOW.isoformat(),
    }
    return json.dumps({"feedback": [item]}).encode()


def _said_no(store: Answers, card: Issued) -> bool:
    return any(one.reply is Reply.DECLINED for one in store.history(card.person).said)


def main() -> int:
    """Print the figures; 1 where one is over its limit, or an answer was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="default: %(default)s")
    told = parser.parse_args()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # as cds_hooks/commands/serve.py has it
    with TemporaryDirectory() as name:
        over = report_cpu(Path(name), told.rounds)
        over |= report_answers(Path(name), told.seconds)
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
