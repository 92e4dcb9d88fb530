"""Rules in shadow that are judged, for tests: people are seen, and a page is read and pressed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from cds_hooks.store.opening import Place, connect
from cds_hooks.store.tables import FILE, cases
from rules.rule import Library, Status
from tests.builders import a_patient
from tests.fhir_builders import COPD_RULE, margaret
from tests.muting import OURS, SIGNED_IN, Practice
from tests.served import Reply

PAGE = f"/judging/{COPD_RULE}"
_FIELD = re.compile(r'name="(version|sort|case)" value="([^"]+)"')


def in_status(library: Library, status: Status) -> Library:
    """The same rules, all of them in this state."""
    return replace(library, rules=tuple(replace(rule, status=status) for rule in library.rules))


def see(here: Practice, *people: str, would: bool = True) -> None:
    """Records are opened of people whom the rule is for, or of others."""
    for person in people:
        resources = margaret(person) if would else [a_patient(person)]
        reply = here.surgery.ask(here.surgery.a_call(resources, of=person))
        assert reply.status == 200, reply.text
    here.tally.flush(here.answers)


def many(starts: str, number: int = 60) -> list[str]:
    """The ids of so many people."""
    return [f"{starts}{one}" for one in range(number)]


def look(here: Practice, path: str = PAGE, who: Mapping[str, str] = SIGNED_IN) -> Reply:
    """A page, as a trusted proxy asks for it."""
    return Reply(here.surgery.client.get(path, headers=who))


def fields_of(page: str) -> dict[str, str]:
    """What the form of a page sends besides the button; {} where there is none."""
    return dict(_FIELD.findall(page))


def press(
    here: Practice,
    button: str,
    fields: Mapping[str, str],
    path: str = PAGE,
    who: Mapping[str, str] = SIGNED_IN | OURS,
) -> Reply:
    """A button of a page."""
    form = {**fields, "press": button}
    return Reply(here.surgery.client.post(path, data=form, headers=who))


def judge(here: Practice, verdicts: Iterable[str]) -> None:
    """One case after the other is looked at and judged."""
    for verdict in verdicts:
        fields = fields_of(look(here).text)
        assert fields, "nobody waits to be judged"
        reply = press(here, verdict, fields)
        assert reply.status == 200, reply.text


def kept(place: Place) -> list[dict[str, str]]:
    """Every row of the cases."""
    database = connect(place, FILE)
    with database.reading() as connection:
        found = [dict(row) for row in connection.execute(cases.select()).mappings()]
    database.close()
    return found
