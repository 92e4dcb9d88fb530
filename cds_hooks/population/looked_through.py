"""A night's folder, as it is to be sent: unchanged since it was written, and what is left out.

Between the night and the sending somebody may have said no, a rule may have been paused, and a
person who looked through the lists may have struck somebody out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path

import msgspec

from cds_hooks.population.known import Known
from cds_hooks.population.tag_files import FORMAT, MANIFEST, fingerprint_of
from fhir_adapters.bulk.people import Ids
from fhir_adapters.drafts import Json
from fhir_adapters.reminders import Change, NotOurs, change_of
from prompts.restraint import paused_by_hand, put_in_shadow
from rules.fingerprint import fingerprint
from rules.rule import Library, Rule, Status

# A record changes: what was found out so long ago is found out anew. Friday's night is Monday's.
GOOD_FOR = 3  # days
LEAVE_OUT = "leave-out.txt"


class FolderError(Exception):
    """A folder that cannot be sent; one sentence that names the file, and what to do."""


def called(person: str, reference: str = "") -> frozenset[str]:
    """What a person may strike out a change by: whose it is, or the Flag."""
    return frozenset({person, f"Patient/{person}", reference}) - {""}


@dataclass(frozen=True, slots=True)
class Found:
    """One change of a night: where it stands, of which rule it is, and whose."""

    change: Change
    where: str
    rule: str
    person: str = field(repr=False)

    @property
    def names(self) -> frozenset[str]:
        """What a person may call it by, or whom it is about."""
        return called(self.person, self.change.reference)


@dataclass(frozen=True, slots=True)
class Night:
    """A night as it was written."""

    fingerprint: str
    today: date
    knew: Known
    rules: Mapping[str, str]  # the fingerprint of each rule, by its id
    found: tuple[Found, ...]
    struck: frozenset[str] = frozenset()  # what was named to be left out when it was made


class _Written(msgspec.Struct):
    format: int


class _Manifest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    format: int
    today: date
    client: str
    ids: Ids
    struck: list[str]
    store: str
    heard: dict[str, str]
    rules: dict[str, str]
    changes: dict[str, tuple[str, str]]  # of which rule each is, and whose
    transactions: dict[str, str]


class _Bundle(msgspec.Struct):
    entry: list[Json]


_ANEW = "Make the night anew with goodday population tag."
_NOT_FHIRS = (
    "The night in {} was made of CSV files, whose numbers no FHIR server knows anybody by: take"
    " emis.csv or systmone.csv into the record system, or make a night of what goodday population"
    " fetch brings from the server."
)


def read_night(folder: Path) -> Night:
    """What ``goodday population tag`` wrote there. Raises FolderError."""
    path = folder / MANIFEST
    try:
        text = path.read_bytes()
        if msgspec.json.decode(text, type=_Written).format != FORMAT:
            raise FolderError(f"{path} is of another version of Good Day. {_ANEW}")
        manifest = msgspec.json.decode(text, type=_Manifest)
        if manifest.ids is not Ids.FHIR:
            raise FolderError(_NOT_FHIRS.format(folder))
        mark = fingerprint_of(text.decode())
    except OSError:
        raise FolderError(f"There is no {MANIFEST} in {folder} that can be read. {_ANEW}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise FolderError(f"{path} is not as it was written. {_ANEW}") from None
    found: list[Found] = []
    for name, expected in sorted(manifest.transactions.items()):
        found += _changes(folder, name, expected, manifest.changes)
    knew = Known(manifest.client, manifest.store, manifest.heard)
    struck = frozenset(manifest.struck)
    return Night(mark, manifest.today, knew, manifest.rules, tuple(found), struck)


def _changes(
    folder: Path, name: str, expected: str, whose: Mapping[str, tuple[str, str]]
) -> Iterable[Found]:
    try:
        text = (folder / Path(name).name).read_bytes()
    except OSError:
        raise FolderError(f"{folder / name} cannot be read. {_ANEW}") from None
    if sha256(text).hexdigest() != expected:
        raise FolderError(
            f"{folder / name} is not as it was written. To leave somebody out, name them in"
            f" {LEAVE_OUT}; otherwise make the night anew with goodday population tag."
        )
    for number, entry in enumerate(msgspec.json.decode(text, type=_Bundle).entry, 1):
        where = f"{name}, entry {number}"
        try:
            change = change_of(entry)
            yield Found(change, where, *whose[change.key])
        except (NotOurs, KeyError):
            raise FolderError(f"{folder / where} is none that Good Day writes. {_ANEW}") from None


@dataclass(frozen=True, slots=True)
class Sorted:
    """What is to be sent, and what is left out, each with why."""

    to_send: tuple[Found, ...]
    left_out: tuple[tuple[Found, str], ...]


def sorted_out(
    some: Iterable[Found],
    night: Night,
    library: Library,
    since: Callable[[str], bool],
    struck: frozenset[str],
    today: date,
) -> Sorted:
    """Which of these of a night may still be sent today.

    ``since`` is whether anything was said of a person since that night, ``struck`` whom or what a
    person named to be left out: a patient's id, or a Flag. What is paused stands in the library's
    practice.
    """
    shown = {rule.id: rule for rule in library.shown().rules}
    to_send: list[Found] = []
    left_out: list[tuple[Found, str]] = []
    for one in some:
        why = _why_not(one, night, library, shown.get(one.rule), since, struck, today)
        if why:
            left_out.append((one, why))
        else:
            to_send.append(one)
    return Sorted(tuple(to_send), tuple(left_out))


def _why_not(
    one: Found,
    night: Night,
    library: Library,
    rule: Rule | None,
    since: Callable[[str], bool],
    struck: frozenset[str],
    today: date,
) -> str:
    practice = library.practice
    if not struck.isdisjoint(one.names):
        return f"it is named in {LEAVE_OUT}"
    if rule is None:
        return "its rule is not in pilot or live any more"
    if fingerprint(rule) != night.rules.get(rule.id):
        return "its rule was changed since"
    if because := paused_by_hand(rule, practice):
        return because
    if because := put_in_shadow(rule, practice, today):
        return f"its rule is in shadow: {because}"
    group = rule.care.pilot
    if group is not None and rule.status is Status.PILOT:
        if group.sites and practice.site not in group.sites:
            return "its rule is being tried at other sites"
        if group.clinicians:
            return "its rule is being tried by some clinicians"
    # Of whatever it was: which answer keeps which reminder back is for the next night to tell.
    return "something was said since, or a card shown" if since(one.person) else ""


def struck_out(folder: Path) -> frozenset[str]:
    """Whom, or which Flags, a person named to be left out: a line each. Raises FolderError."""
    path = folder / LEAVE_OUT
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return frozenset()
    except (OSError, UnicodeDecodeError):
        raise FolderError(f"{path} cannot be read as text, and may leave somebody out.") from None
    return frozenset(line.strip() for line in lines if line.strip())


def not_in(night: Night, struck: Iterable[str]) -> Sequence[str]:
    """What was named to be left out since this night, and is nobody and nothing of it: a slip,
    perhaps.
    """
    return sorted(set(struck).difference(night.struck, *(one.names for one in night.found)))
