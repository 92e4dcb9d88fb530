"""Every requirement that the standard, or our reading of it, puts on a service: id, level, what.

Each has one test here that is named by its id; ``python -m tests.conformance.requirements`` writes
the table in cds_hooks/README.md, and a test says that it is current. Ids are those of our design
(CDS_HOOKS 1); C, X and O number the rows that have none there: cards, actions, CORS.
"""

import re
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
README = Path(__file__).parents[3] / "cds_hooks" / "README.md"
START, END = "<!-- requirements -->", "<!-- /requirements -->"


class Requirement(NamedTuple):
    """One requirement, in a line."""

    id: str
    level: str
    says: str


REQUIREMENTS = tuple(
    Requirement(*(part.strip() for part in line.split("|")))
    for line in """
J1 | MUST | what we send is JSON (that it goes over HTTPS is the operator's)
J2 | MUST | no member is null
J3 | MUST | no member is empty, besides cards and services
J4 | MUST | what has no value is left out
J5 | MUST | embedded resources are FHIR JSON, R4
D1 | MUST | discovery is at {base}/cds-services
D2 | MUST | 200 with services, if only an empty list
D3 | MAY | another status where discovery is not for everybody
D4 | MUST | hook is a text
D5 | MUST | id is where the service is called
D6 | MUST | description is a text
D7 | SHOULD | title is a text
D8 | MAY | prefetch: keys and FHIR queries
D9 | MAY | usageRequirements say what to send
D10 | SHOULD | version of the specification (3.0)
D11 | MAY | hookVersion, where the hook library has one (3.0)
D12 | MAY | extension in reverse-domain style
D13 | MAY | one id for several hooks; ours are each their own
D14 | SHOULD | documentation that people can read
P1 | MUST | tokens stand in double braces
P2 | MUST | a token is a field of the context
P3 | MUST | only of fields that may be tokens
P4 | MAY | tokens of 3.0; a 2.0.1 client does not know them, and we use none
P5 | SHOULD | widely supported queries: reading one, or a search by reference and tokens
P6 | MUST | each value is a text, a relative FHIR address
R1 | MUST | what is missing is noticed, and fetched where that is allowed
R2 | SHOULD | an OperationOutcome in a key is seen
R3 | MUST | 412 where required data cannot be had
R4 | MUST | a page is not the list
R5 | SHOULD | what may have been left out for want of rights proves nothing
R6 | SHOULD | another patient's data is refused
R7 | SHOULD | null is unknown, unless this client is known to mean empty
F1 | MAY | the client's FHIR server is asked, with its token
F2 | MUST | every request to it carries the token
F3 | MUST | the token is used once, never kept, never logged
F4 | MUST | only a client that is registered is asked back
F5 | MUST | only a server that this client is registered with
F6 | MUST | what goes into an address is encoded
S1 | MUST | 200 with cards
S2 | SHOULD | nothing to say is an empty list of cards
S3 | MAY | systemActions; we send none
S4 | MAY | another status for a failure, never an empty list
S5 | SHOULD | a failure is an OperationOutcome (3.0)
S6 | MAY | extension at the top
C1 | MUST | a summary below 140 characters
C2 | MUST | an indicator of three
C3 | MUST | a source with a label
C4 | MUST | selectionBehavior beside suggestions
C5 | MUST | recommended at most once, where one can be taken
C6 | MUST | override reasons have code, system and display
C7 | MUST | links are absolute, with label and type
C8 | SHOULD | nothing of a record gets into markdown
X1 | MUST | an action has a type and a description
X2 | MUST | a create has its resource
X3 | SHOULD | nothing is updated or deleted
X4 | MUST | resources are about the patient of the call
B1 | MAY | feedback is heard
B2 | MUST | its body holds a list
B3 | MUST | card is a uuid that we issued
B4 | MUST | accepted or overridden
B5 | MUST | a moment by RFC 3339
B6 | MUST | accepted: which suggestions
B7 | MAY | a reason, a comment, or both
B8 | MUST | many items, several times, in any order
B9 | MUST | a card alone leads back to its call
B10 | MUST | cards and suggestions have uuids
B11 | SHOULD | 200; an unknown card does no harm
B12 | MUST | a comment is a person's data: it is not even read
A1 | SHOULD | iss and jku are on a list
A2 | MUST | no algorithm without a key, and no shared secret
A3 | SHOULD | algorithms are pinned, keys kept by client
A4 | MUST | aud is the public address of this very endpoint
A5 | SHOULD | five claims, a short life
O1 | SHOULD | a preflight needs no token
O2 | SHOULD | refusals can be read too
O3 | MUST | an origin that is not listed may not read
O4 | MUST | never any origin with credentials
""".strip().splitlines()
)


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
    lines = ["| id | level | what | test | status |", "| --- | --- | --- | --- | --- |"]
    for one in REQUIREMENTS:
        known = held.get(one.id, [])
        told = [BETTER[one.id]] if one.id in BETTER else known[:1]
        test = "".join(f"`{name.partition('::')[2]}`" for name in told)
        status = "held" if known else "not tried"
        lines.append(f"| {one.id} | {one.level} | {one.says} | {test} | {status} |")
    return "\n".join(lines)


def written() -> str:
    """The table as it stands in the README."""
    return README.read_text("utf-8").partition(START)[2].partition(END)[0].strip()
