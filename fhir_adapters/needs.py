"""What rules need to read: the one source of prefetch templates, of the fallback's searches, and of
what reading keeps.

A search is as narrow as it can be without losing anything that reading would find: by code where
search parameters of FHIR R4 look everywhere that we look for that type's codes, one search for
each, and by patient alone where they do not; README.md of cds_hooks says why for each such list.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fhir_adapters.read import TYPES
from rules.codes import OWN, Code
from rules.elsewhere import FAMILY, Elsewhere
from rules.fact import Fact, behind, facts_of
from rules.forms import Form
from rules.record import ENTRY_KINDS, Kind
from rules.rule import Exclusion, Rule
from rules.under_way import shows_as

PATIENT = "patient"
_ID = "{{context.patientId}}"
# What clients of CDS Hooks 2.0.1 widely support: one resource, or a search by a reference and by
# tokens that are equal. In these no sign may stand that an address gives a meaning to.
_TOKENS = r"[^\s&|,#{}]+\|[^\s&|,#{}]+(?:,[^\s&|,#{}]+\|[^\s&|,#{}]+)*"
_ALLOWED = re.compile(
    rf"[A-Z][A-Za-z]+(?:/{re.escape(_ID)}|\?patient={re.escape(_ID)}"
    rf"(?:&[a-z-]+={_TOKENS})?&_sort=-?[a-z-]+&_count=[0-9]+)"
)
# Entries in one page of an answer; more pages follow, and are noticed.
PAGE = 200
# A longer list of codes would make an address that servers do not take; then all are asked for.
_MOST_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Query:
    """One search, or the reading of the Patient: the key it goes by, and what is asked."""

    key: str
    kind: Kind | None  # None: the Patient
    resource_type: str
    codes: tuple[str, ...] = ()  # system|code
    by: str = ""  # the search parameter for codes
    sort: str = ""
    again: bool = False  # a further search in a list, which may find the same entries

    @property
    def template(self) -> str:
        """The prefetch template of CDS Hooks."""
        if self.kind is None:
            return f"{self.resource_type}/{_ID}"
        return f"{self.resource_type}?" + "&".join(f"{name}={v}" for name, v in self.asked(_ID))

    def asked(self, patient_id: str) -> tuple[tuple[str, str], ...]:
        """The parameters of the search for one patient, before they are encoded."""
        found = [("patient", patient_id)]
        if self.by:
            found.append((self.by, ",".join(self.codes)))
        return (*found, ("_sort", self.sort), ("_count", str(PAGE)))


# For each list: its keys, each with the search parameter that finds its codes ("" for none), and
# the one that has the newest first. All are FHIR R4's own.
SEARCHES: Mapping[Kind, tuple[tuple[str, str, str], ...]] = {
    Kind.CONDITION: (("conditions", "code", "-recorded-date"),),
    # What was observed, with its parts; and what was found, where that is a code.
    Kind.OBSERVATION: (
        ("observations", "combo-code", "-date"),
        ("observationValues", "combo-value-concept", "-date"),
    ),
    Kind.PROCEDURE: (("procedures", "code", "-date"),),
    Kind.REFERRAL: (("serviceRequests", "code", "-authored"),),
    Kind.TAG: (("flags", "", "-date"),),
    Kind.TASK: (("tasks", "code", "-authored-on"),),
    Kind.CARE_PLAN: (("carePlans", "", "-date"),),
    Kind.MESSAGE: (("communications", "", "-sent"),),
    Kind.DRAFT_MESSAGE: (("communicationRequests", "", "-authored"),),
    # A document is found by what it is, and by the sort of thing it is.
    Kind.DOCUMENT: (("documents", "type", "-date"), ("documentCategories", "category", "-date")),
    Kind.REPORT: (("diagnosticReports", "", "-date"),),
    Kind.APPOINTMENT: (("appointments", "", "-date"),),
    Kind.MEDICATION: (("medications", "", "-authoredon"),),
    Kind.STATEMENT: (("medicationStatements", "", "-effective"),),
    Kind.ENCOUNTER: (("encounters", "", "-date"),),
    Kind.QUESTIONNAIRE: (("questionnaires", "", "-authored"),),
    Kind.GOAL: (("goals", "", "-start-date"),),
    Kind.CONSENT: (("consents", "", "-date"),),
}


class Wanted(frozenset[str]):
    """Codes that are looked for, some of them families: what ends in a star is every code that
    begins so.
    """

    def __init__(self, codes: Iterable[str]) -> None:
        super().__init__()
        self._begin = tuple(code.removesuffix(FAMILY) for code in self if code.endswith(FAMILY))

    def __contains__(self, code: object) -> bool:
        known = super().__contains__(code)
        return known or (isinstance(code, str) and code.startswith(self._begin))


@dataclass(frozen=True, slots=True)
class Needs:
    """What some rules read: the searches, in one order, and the codes they look for."""

    queries: tuple[Query, ...]
    codes: frozenset[str]
    kinds: tuple[Kind, ...]

    keys: frozenset[str]

    @property
    def templates(self) -> dict[str, str]:
        """Prefetch templates: the key, and the query it stands for."""
        return {query.key: query.template for query in self.queries}

    @property
    def outside(self) -> tuple[str, ...]:
        """The keys whose template is not one that clients widely support."""
        return tuple(k for k, one in self.templates.items() if not _ALLOWED.fullmatch(one))


def needs_of(
    codes: Mapping[Kind, Iterable[Code]], families: Mapping[Kind, Iterable[Code]] | None = None
) -> Needs:
    """The searches that find these codes in these lists.

    A list in which a family of codes is looked for is asked for whole: no search finds those.
    """
    beginnings = families or {}
    queries = [Query(PATIENT, None, "Patient")]
    for kind in Kind:  # the same order every time
        if kind in codes or kind in beginnings:
            each = codes.get(kind, ())
            wanted = tuple(sorted({f"{code.system}|{code.code}" for code in each}))
            narrow = (
                bool(wanted)
                and kind not in beginnings
                and sum(map(len, wanted)) + len(wanted) <= _MOST_CHARACTERS
            )
            searches = SEARCHES[kind] if narrow else SEARCHES[kind][:1]
            for key, by, sort in searches:
                found = (wanted, by) if by and narrow else ((), "")
                again = key != SEARCHES[kind][0][0]
                queries.append(Query(key, kind, TYPES[kind], *found, sort, again))
    everything = frozenset(code.code for kind in codes for code in codes[kind])
    if beginnings:
        begun = {f"{code.code}{FAMILY}" for some in beginnings.values() for code in some}
        everything = Wanted(everything | begun)
    keys = frozenset(query.key for query in queries)
    kinds = tuple(kind for kind in Kind if kind in codes or kind in beginnings)
    return Needs(tuple(queries), everything, kinds, keys)


def needs(
    rules: Iterable[Rule],
    holds: Iterable[Exclusion] = (),
    elsewhere: Iterable[Elsewhere] = (),
    forms: Iterable[Form] = (),
    visits: Iterable[Code] = (),
) -> Needs:
    """Everything that the facts of these rules look at, a no in the record among it.

    And what the holds look at, which come before every rule; what other systems leave that have
    asked about what these rules are about; the ``forms`` whose first words are read, whichever
    rule speaks; and the ``visits`` that are looked for in the book, by their sorts.
    """
    found: dict[Kind, set[Code]] = {}
    families: dict[Kind, set[Code]] = {}
    others = tuple(elsewhere)

    def also(kinds: Iterable[Kind], codes: Iterable[Code]) -> None:
        for kind in kinds:
            found.setdefault(kind, set()).update(codes)

    def looked_at(facts: Iterable[Fact]) -> None:
        for fact in facts:
            also(fact.kinds, fact.codes)
            if fact.topic:
                also([Kind.PROCEDURE], [Code(OWN, fact.topic)])
            if fact.ended_by:
                also((Kind.CONDITION, Kind.OBSERVATION, Kind.PROCEDURE), fact.ended_by)
            if fact.filed is not None:
                also([Kind.REPORT], fact.codes)

    booked = tuple(visits)
    if booked:
        also([Kind.APPOINTMENT], booked)
    for form in forms:
        also([Kind.QUESTIONNAIRE], [form.code])
    looked_at(behind(fact for hold in holds for fact in facts_of(hold.condition)))
    for rule in rules:
        # Where a no is written down.
        also([Kind.PROCEDURE], rule.offer_codes)
        topics = (*rule.quiet.topics, *rule.quiet.silenced_by)
        also([Kind.PROCEDURE], (Code(OWN, topic) for topic in topics))
        if declined := rule.quiet.declined_codes | rule.quiet.declined_beside:
            also(ENTRY_KINDS, declined)
        looked_at(rule.looks_at)
        for other in (*rule.elsewhere, *(o for o in others if o.is_about(rule.quiet.topics))):
            if other.families:
                for kind in other.kinds:
                    families.setdefault(kind, set()).update(other.families)
            else:
                also(other.kinds, other.codes)
        for shows in filter(None, map(shows_as, rule.offers)):
            also(shows[1], [shows[0]])
    return needs_of(found, families)
