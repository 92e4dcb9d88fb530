"""The same questions put to our engine and to somebody else's, about the same people.

The other one is cql-execution, the engine for HL7's Clinical Quality Language in JavaScript. It is
asked what ``questions.elm.json`` has (``questions.cql`` says it for readers); ours is asked the
rules under ``practice/``, by the command that everybody uses. Both read the same files, each in a
process of its own, and write a line for each person.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import NamedTuple

from rules.load import load_library
from rules.outcome import Decision

HERE = Path(__file__).parent
PRACTICE, ELM, MADE = HERE / "practice", HERE / "questions.elm.json", HERE / "node_modules" / "made"

# By person and by question: yes, no, or None where the record does not say enough.
Answers = Mapping[str, Mapping[str, bool | None]]

_MEANS = {str(Decision.PROMPT): True, str(Decision.CANNOT_TELL): None}


class Asked(NamedTuple):
    """What an engine answered, and the processor time that its process took: seconds."""

    answers: Answers
    cpu: float


class Theirs(NamedTuple):
    """The same of theirs, and what of the time came after it had started."""

    answers: Answers
    cpu: float
    asking: float


def why_not() -> str:
    """Why the other engine cannot be asked here; "" where it can."""
    if shutil.which("node") is None:
        return "Node.js is not installed"
    return "" if MADE.exists() else "make peers has not fetched cql-execution"


def ours(source: Path, day: date) -> Asked:
    """Ask our engine about an export. Raises CalledProcessError where something is set aside."""
    questions = [rule.id for rule in load_library(PRACTICE).usable().rules]
    with TemporaryDirectory() as folder:
        to = Path(folder, "rows")
        asked = ["population", "run", str(source), "--rules", str(PRACTICE), "--to", str(to)]
        more = ["--today", day.isoformat(), "--processes", "1"]
        cpu, _ = _run([sys.executable, "-m", "cds_hooks", *asked, *more], b"")
        rows = [json.loads(line) for line in to.read_text("utf-8").splitlines()]
    answers: dict[str, Mapping[str, bool | None]] = {}
    for row in rows:
        came = {one["rule"]: _MEANS[one["decision"]] for one in row["came"]}
        answers[row["person"]] = {question: came.get(question, False) for question in questions}
    return Asked(answers, cpu)


def theirs(source: Path, day: date, elm: Path = ELM) -> Theirs:
    """Ask cql-execution about the same. Raises CalledProcessError where it could not go on."""
    library = load_library(PRACTICE).usable()
    named = {one.id: one for rule in library.rules for fact in rule.looks_at for one in fact.lists}
    lists = {
        name: {"1": [{"code": code.code, "system": code.system} for code in sorted(one.words)]}
        for name, one in named.items()
    }
    told = {
        "source": str(source), "library": str(elm), "lists": lists, "day": day.isoformat(),
    }  # fmt: skip
    cpu, said = _run(["node", str(HERE / "ask.mjs")], json.dumps(told).encode())
    *rows, asking = [json.loads(line) for line in said.splitlines()]
    return Theirs({row["person"]: row["answers"] for row in rows}, cpu, asking)


def differences(one: Answers, other: Answers) -> list[str]:
    """Who is answered otherwise, and what: the person, the question, ours and theirs."""
    found = [f"{who}: asked by one engine only" for who in sorted(one.keys() ^ other.keys())]
    for who in sorted(one.keys() & other.keys()):
        mine, yours = one[who], other[who]
        for question in sorted(mine.keys() | yours.keys()):
            said, heard = mine.get(question, _NOT_ASKED), yours.get(question, _NOT_ASKED)
            if said is not heard:
                found.append(f"{who}, {question}: {_WORDS[said]}, and {_WORDS[heard]}")
    return found


_NOT_ASKED = "not asked"
_WORDS = {True: "yes", False: "no", None: "cannot tell", _NOT_ASKED: _NOT_ASKED}


def _run(command: Sequence[str], told: bytes) -> tuple[float, bytes]:
    """Run to the end, and the processor time that this child took by itself."""
    with TemporaryFile() as given, TemporaryFile() as said:
        given.write(told)
        given.seek(0)
        process = subprocess.Popen(command, stdin=given, stdout=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        said.seek(0)
        return used.ru_utime + used.ru_stime, said.read()
