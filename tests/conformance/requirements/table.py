"""Every requirement that the standard, or our reading of it, puts on a service: id, level, what.

Each has a test here that is named by its id; ``python -m tests.conformance.requirements`` writes
the table in cds_hooks/README.md, and a test says that it is current. Ids are those of our design
(CDS_HOOKS 1) and, where it has none, those of the kit: its table is the only one.
"""

import re
from pathlib import Path

from cds_hooks.conformance.requirements import REQUIREMENTS

HERE = Path(__file__).parent
README = Path(__file__).parents[3] / "cds_hooks" / "README.md"
START, END = "<!-- requirements -->", "<!-- /requirements -->"


# Where a test elsewhere shows more than the one of that name: with ids and codes of every sort.
BETTER = {
    "F6": "tests/unit/fhir_adapters/test_server.py::test_whatever_an_id_holds_it_stays_an_id",
    "J5": "tests/conformance/test_responses.py"
    "::test_every_answer_about_anybody_is_what_the_standard_says",
    "P5": "tests/conformance/test_hooks.py::test_each_hook_of_a_rule_is_a_service_of_its_own",
}


def held_by() -> dict[str, list[str]]:
    """The tests of each id: test_d1_... in a file beside this one, or further up."""
    found: dict[str, list[str]] = {}
    for path in sorted(HERE.parent.rglob("test_*.py")):
        for name in re.findall(r"^def (test_([a-z])(\d+)_\w+)", path.read_text("utf-8"), re.M):
            where = f"{path.relative_to(HERE.parent).as_posix()}::{name[0]}"
            found.setdefault(f"{name[1].upper()}{name[2]}", []).append(where)
    return found


def page() -> str:
    """The table for integrators."""
    held = held_by()
    lines = ["| id | level | what | test |", "| --- | --- | --- | --- |"]
    for one in (one for one in REQUIREMENTS.values() if one.id in held):
        known = held[one.id]
        told = [BETTER[one.id]] if one.id in BETTER else known[:1]
        test = "".join(f"`{name.partition('::')[2]}`" for name in told)
        lines.append(f"| {one.id} | {one.level} | {one.says} | {test} |")
    return "\n".join(lines)


def written() -> str:
    """The table as it stands in the README."""
    return README.read_text("utf-8").partition(START)[2].partition(END)[0].strip()
