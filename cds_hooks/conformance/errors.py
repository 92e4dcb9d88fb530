"""Errors: each of them looked at, and the calls that have to end in one (E1 to E9, S5)."""

import re
from uuid import uuid4

from cds_hooks.conformance.exchange import Answer
from cds_hooks.conformance.notes import Notes

# What only the program behind a service says.
_PROGRAM = re.compile(
    r"Traceback \(most recent|File \"[^\"]+\", line \d|pydantic|\"loc\":|type_error\.|value_error"
    r"|\bat [\w.$]+\([\w.]+\.(?:java|kt|scala):\d+\)|NullPointerException|java\.lang\."
    r"|node_modules|\bat .{1,80}\.[jt]s:\d+|System\.\w+Exception|sqlalchemy|sqlite3|\.rb:\d+:in"
    r"|goroutine \d+|panic:|Werkzeug|DebugToolbar",
)


def look(notes: Notes, answer: Answer, where: str) -> None:
    """Whatever is not 200: an OperationOutcome that says nothing of the program behind it."""
    fell = answer.status == 0 or answer.status >= 500
    notes.expect("E4", not fell, answer.came, where)
    if answer.status == 0:
        return
    if 200 < answer.status < 300:
        notes.expect("S1", False, f"{answer.came} in the place of 200", where)
        return
    outcome = answer.body.get("resourceType") == "OperationOutcome" and answer.is_json
    if answer.status != 401:  # which is to say nothing
        notes.expect("S5", outcome, f"{answer.status} without an OperationOutcome", where)
    notes.expect("E3", not _PROGRAM.search(answer.text), "speaks of the program behind it", where)


def a_word() -> str:
    """A word that nobody else would write: where it comes back, it was repeated."""
    return f"canary-{uuid4().hex}"
