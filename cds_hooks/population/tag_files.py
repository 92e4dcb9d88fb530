"""What a night leaves in its folder, as texts: the same bytes for the same night.

The layouts of the two lists for bulk coding are ours: look at what your own system takes in.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

import msgspec

from cds_hooks.population.known import Known
from cds_hooks.population.night import Ended, Night
from cds_hooks.population.tagging import Add
from cds_hooks.visits import Visit
from fhir_adapters.drafts import Json
from fhir_adapters.reminders import change_of
from fhir_adapters.systems import REMINDER
from rules.days import span_in_words
from rules.fingerprint import fingerprint

MANIFEST, FORMAT = "night.json", 2
MOST_ENTRIES = 100  # of one transaction: what servers take at once without a thought
# What a spreadsheet would run, were it to begin a cell.
_RUNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # wide ones in some languages
_HARMLESS = re.compile(r"[A-Za-z0-9.-]+")
# What tells a spreadsheet that a text is UTF-8. Not in the lists for bulk coding: what takes them
# in may take it for part of the first heading.
_MARK = "\ufeff"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def flags(add: Iterable[Add], end: Iterable[Ended]) -> str:
    """Every Flag to create or to put, a line each: those to end are inactive."""
    changed = [*(one.flag for one in add), *(one.flag for one in end if one.flag is not None)]
    return "".join(f"{_json(flag)}\n" for flag in changed)


def transactions(add: Iterable[Add], end: Iterable[Ended]) -> Iterator[str]:
    """FHIR transactions of a bounded size: a server does all of one, or none.

    What is added is added once, however often it is sent; what is ended is ended only where nobody
    has changed it since it was read.
    """
    entries = [*map(_post, add), *(_put(one) for one in end if one.flag is not None)]
    for some in _batches(entries):
        yield _json({"resourceType": "Bundle", "type": "transaction", "entry": some}) + "\n"


def _batches(entries: Sequence[Json]) -> Iterator[Sequence[Json]]:
    for start in range(0, len(entries), MOST_ENTRIES):
        yield entries[start : start + MOST_ENTRIES]


def _post(one: Add) -> Json:
    request = {
        "method": "POST",
        "url": "Flag",
        "ifNoneExist": f"identifier={REMINDER}|{one.name}",
    }
    named = uuid5(NAMESPACE_URL, f"{REMINDER}|{one.name}")
    return {"fullUrl": f"urn:uuid:{named}", "resource": one.flag, "request": request}


def _put(one: Ended) -> Json:
    request = {"method": "PUT", "url": one.end.reference, "ifMatch": f'W/"{one.version}"'}
    return {"resource": one.flag, "request": request}


def manifest(
    night: Night,
    knew: Known,
    struck: Iterable[str],
    add: Iterable[Add],
    end: Iterable[Ended],
    sent: Mapping[str, str],
) -> str:
    """What binds the sending of a night to what a person looked through.

    What ids the people of the list have, who was left out by name (``struck``), the SHA-256 of each
    transaction, whose each change is and of which rule, how each of those rules decided that
    night, and what was known of the answers that people gave.
    """
    made = [(_post(one), one.rule, one.person) for one in add]
    made += [(_put(one), one.end.rule, one.end.person) for one in end if one.flag is not None]
    text = _json(
        {
            "format": FORMAT,
            "today": night.today.isoformat(),
            "client": knew.client,
            "ids": night.ids,
            "struck": sorted(struck),
            "store": knew.store,
            "heard": knew.heard or {},
            "rules": {rule.id: fingerprint(rule) for _, rule, _ in made},
            "changes": {change_of(entry).key: (rule.id, person) for entry, rule, person in made},
            "transactions": {
                name: sha256(text.encode()).hexdigest() for name, text in sent.items()
            },
        }
    )
    return text + "\n"


def fingerprint_of(manifest: str) -> str:
    """What a person types to have a night sent: the beginning of the SHA-256 of its manifest."""
    return sha256(manifest.encode()).hexdigest()[:12]


def emis(add: Iterable[Add], today: date) -> str:
    """The reminders to add, a line each, as a list for bulk coding in EMIS Web."""
    day = f"{today.day:02}-{_MONTHS[today.month - 1]}-{today.year}"
    heads = ("Patient", "Code", "Code system", "Term", "Date", "Associated text")
    return _csv(
        heads,
        ((a.person, a.code.code, a.code.system, a.words, day, _reason(a)) for a in add),
    )


def systmone(add: Iterable[Add], today: date) -> str:
    """The same, as a list for bulk coding in SystmOne."""
    day = f"{today:%d/%m/%Y}"
    heads = ("Patient", "Event date", "Code", "Code system", "Description", "Notes")
    return _csv(
        heads,
        ((a.person, day, a.code.code, a.code.system, a.words, _reason(a)) for a in add),
    )


def _reason(one: Add) -> str:
    return f"{one.rule.title} ({one.rule.id}, version {one.rule.version})"


def endings(end: Iterable[Ended]) -> str:
    """The reminders to end, a line each, and which of them only a person can."""
    heads = ("Patient", "Flag", "Code", "Code system", "Term", "Reason", "By hand, because")
    return _MARK + _csv(
        heads,
        (
            (e.person, e.reference, e.code.code, e.code.system, e.words, e.because, one.by_hand)
            for one in end
            for e in (one.end,)
        ),
    )


def by_hand(rows: Iterable[Sequence[str]]) -> str:
    """What of a night that was sent is for a person to look at, and why."""
    return _csv(("Patient", "Flag", "Where it stands", "Because"), rows)


def results_ahead(visits: Iterable[Visit]) -> str:
    """Who comes in the next days, and whether a letter could go ahead or why not."""
    heads = ("Patient", "Day", "Visit", "Rule", "Letter", "Why not")
    return _MARK + _csv(
        heads,
        (
            (v.person, span_in_words(v.day), v.what, v.rule, "yes" if v.letter else "no", v.why_not)
            for v in visits
        ),
    )


def _csv(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    # Every cell in quotes: a long code is text, and stays so where quotes are looked at.
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_id(row[0]), *map(_cell, row[1:])] for row in rows)
    return text.getvalue()


def changed_ids(people: Iterable[str]) -> int:
    """How many of these people stand in the lists by something that is not quite their id."""
    return sum(1 for person in set(people) if _id(person) != person)


def _id(text: str) -> str:
    """Whom a line is about, first in each list: as the source calls them, for a program looks them
    up by it. Only what a spreadsheet could run is put right: letters, digits, "-" and "." cannot do
    anything in one.
    """
    return text if _HARMLESS.fullmatch(text) else _cell(text)


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, in one line."""
    plain = " ".join(text.split())
    return f"'{plain}" if plain.startswith(_RUNS) else plain


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
