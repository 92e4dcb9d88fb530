"""What rules need to read: the one source of prefetch templates and of what reading keeps."""

from collections.abc import Iterable
from dataclasses import dataclass

from fhir_adapters.read import TYPES
from rules.codes import OWN, Code
from rules.record import ENTRY_KINDS, Kind
from rules.rule import Rule

PATIENT = "patient"
# The names of the prefetch keys.
KEYS: dict[Kind, str] = {
    Kind.CONDITION: "conditions",
    Kind.OBSERVATION: "observations",
    Kind.PROCEDURE: "procedures",
    Kind.REFERRAL: "serviceRequests",
    Kind.TAG: "flags",
    Kind.TASK: "tasks",
    Kind.CARE_PLAN: "carePlans",
    Kind.MESSAGE: "communications",
    Kind.DRAFT_MESSAGE: "communicationRequests",
    Kind.DOCUMENT: "documents",
    Kind.REPORT: "diagnosticReports",
    Kind.APPOINTMENT: "appointments",
    Kind.MEDICATION: "medications",
    Kind.STATEMENT: "medicationStatements",
    Kind.ENCOUNTER: "encounters",
    Kind.QUESTIONNAIRE: "questionnaires",
    Kind.GOAL: "goals",
    Kind.CONSENT: "consents",
}


@dataclass(frozen=True, slots=True)
class Needs:
    """The lists that some rules read, and the codes they look for in them."""

    kinds: tuple[Kind, ...]
    codes: frozenset[str]

    @property
    def templates(self) -> dict[str, str]:
        """Prefetch templates: the key, and the query it stands for."""
        found = {PATIENT: "Patient/{{context.patientId}}"}
        for kind in self.kinds:
            found[KEYS[kind]] = f"{TYPES[kind]}?patient={{{{context.patientId}}}}"
        return found


def needs(rules: Iterable[Rule]) -> Needs:
    """Everything that the facts of these rules look at, a no in the record among it."""
    kinds: set[Kind] = set()
    codes: set[Code] = set()
    for rule in rules:
        kinds.add(Kind.PROCEDURE)  # where a no is written down
        codes |= rule.offer_codes | rule.quiet.declined_codes
        codes |= {Code(OWN, topic) for topic in rule.quiet.topics}
        if rule.quiet.declined_codes:
            kinds |= set(ENTRY_KINDS)
        for fact in rule.looks_at:
            kinds |= set(fact.kinds)
            codes |= fact.codes | fact.ended_by
            if fact.ended_by:
                kinds |= {Kind.CONDITION, Kind.OBSERVATION, Kind.PROCEDURE}
            if fact.filed is not None:
                kinds.add(Kind.REPORT)
    ordered = tuple(kind for kind in Kind if kind in kinds)
    return Needs(ordered, frozenset(code.code for code in codes))
