"""Many rules about one person with 300 resources: what asking costs, and what one more rule adds.

The rules are the library's own under new names and topics. The floor is decoding
the call that the record came in, in the same process and the same rounds.
"""

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from cds_hooks.discovery import HookService, hook_services
from cds_hooks.invoke import read_call
from rules.engine import evaluate
from rules.load import load_library
from rules.outcome import Decision
from rules.record import PatientRecord
from rules.rule import Rule
from tests.benchmarks.bodies import TODAY, request
from tests.served import sent_record

RULES, RESOURCES = 40, 300
MOST_MS, MOST_EACH_US = 1.0, 20.0
_ROUNDS, _TIMES = 25, 40
_LIBRARY = Path(__file__).parents[2] / "rules" / "library"
# Two that the person of the benchmarks is prompted by, and that share no names of facts.
_VARIED = ("around-the-visit/results-ahead.yaml", "breathing/copd-self-management.yaml")


def folder_of_rules(folder: Path, number: int = RULES, *, sharing: bool = False) -> None:
    """So many rules, the library's in turn. ``sharing`` puts what they look up into one file."""
    texts = [_LIBRARY.joinpath(path).read_text("utf-8") for path in _VARIED]
    for n in range(number):
        rule = _renamed(texts[n % len(texts)], n)
        name = rule.split("\nid: ")[1].split("\n")[0]
        if sharing:
            before, _, rest = rule.partition("\nfacts:\n")
            facts, _, after = rest.partition("\nwhen:\n")
            shared = folder / "shared" / "facts.yaml"
            shared.parent.mkdir(exist_ok=True)
            if n < len(texts):
                with shared.open("a", encoding="utf-8") as file:
                    file.write("\n".join(line[2:] for line in facts.split("\n")) + "\n")
            rule = f"{before}\nwhen:\n{after}"
        (folder / f"{name}.yaml").write_text(rule, encoding="utf-8")


def _renamed(text: str, n: int) -> str:
    """A rule under a name and a topic of its own, at one and the same moment, without stories."""
    lines: list[str] = []
    for line in text.split("\ntoday:")[0].split("\n"):
        if line.startswith(("id: ", "  topic: ")):
            line += f"-{n}"
        elif line.startswith("hook: "):
            line = "hook: appointment-book"
        lines.append(line)
    return "\n".join(lines) + "\n"


def service_of(number: int = RULES, *, sharing: bool = False) -> HookService:
    """The one service that asks all of them."""
    with TemporaryDirectory() as name:
        folder_of_rules(Path(name), number, sharing=sharing)
        library = load_library(Path(name)).usable()
    assert len(library.rules) == number
    (service,) = hook_services(library).values()
    return service


def body_for(service: HookService) -> bytes:
    """A call about somebody with 300 resources, whom every one of the rules is about."""
    return request(service.needs.templates, service.hook, RESOURCES, offered=False)


def record_for(service: HookService) -> PatientRecord:
    """The record in that call."""
    return sent_record(body_for(service), service)


def _ask(rules: tuple[Rule, ...], record: PatientRecord) -> None:
    evaluate(rules, record, (), TODAY)


def _cpu(ask: Callable[[], object]) -> float:
    """CPU microseconds of one call."""
    began = time.process_time_ns()
    for _ in range(_TIMES):
        ask()
    return (time.process_time_ns() - began) / _TIMES / 1000


def main() -> int:
    """Print the figures, and which of them are over the limits; 1 if any is."""
    apart, sharing = service_of(), service_of(sharing=True)
    record, body = record_for(apart), body_for(apart)
    library = len(list(_LIBRARY.glob("*/*.yaml")))
    rounds: list[tuple[float, ...]] = []
    for _ in range(_ROUNDS):
        floor = _cpu(partial(read_call, body))
        every = _cpu(partial(_ask, apart.rules, record))
        first = _cpu(partial(_ask, sharing.rules[:library], record))
        shared = _cpu(partial(_ask, sharing.rules, record))
        rounds.append((floor, every, (shared - first) / (RULES - library)))
    floors, everys, mores = zip(*rounds, strict=True)
    middle = statistics.median
    prompts = sum(o.decision is Decision.PROMPT for o in evaluate(apart.rules, record, (), TODAY))
    print(
        f"{RULES} rules over {RESOURCES} resources, {prompts} of them prompt:"
        f" {middle(everys) / 1000:.2f} ms CPU, at least {min(everys) / 1000:.2f}"
        f" (limit {MOST_MS:.0f} ms{_over(min(everys) / 1000, MOST_MS)})"
        f"\n{'':10}to decoding the call ({middle(floors) / 1000:.2f} ms):"
        f" {middle(e / f for e, f in zip(everys, floors, strict=True)):.1f}"
    )
    print(
        f"one more rule that shares its facts: {middle(mores):.1f} us CPU, at least"
        f" {min(mores):.1f} (limit {MOST_EACH_US:.0f} us{_over(min(mores), MOST_EACH_US)})"
    )
    return int(min(everys) / 1000 > MOST_MS or min(mores) > MOST_EACH_US)


def _over(figure: float, limit: float) -> str:
    return ", over it" if figure > limit else ""


if __name__ == "__main__":
    sys.exit(main())
