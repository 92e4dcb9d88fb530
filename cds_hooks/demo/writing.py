"""Writing an invented record as FHIR, with dates counted back from today."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from fhir_adapters.systems import ASK_AGAIN_AFTER
from rules.codes import OWN, SNOMED
from rules.days import Duration

# FHIR JSON: nothing narrower says more.
Json = dict[str, Any]


@dataclass
class Writing:
    """Writes one record, dates counted back from today."""

    key: str
    today: date
    resources: list[Json] = field(default_factory=list[Json])

    def ago(self, count: int, unit: str) -> str:
        """A day so long before today."""
        return Duration(count, unit).before(self.today).isoformat()

    def ahead(self, days: int) -> str:
        """A day so many days after today."""
        return (self.today + timedelta(days=days)).isoformat()

    def add(self, kind: str, **elements: object) -> Json:
        """Add any resource to the record."""
        number = sum(resource["resourceType"] == kind for resource in self.resources) + 1
        resource: Json = {"resourceType": kind, "id": f"{self.key}-{kind.lower()}-{number}"}
        about = "for" if kind == "Task" else "subject"
        resource |= {about: {"reference": f"Patient/{self.key}"}, **elements}
        self.resources.append(resource)
        return resource

    def condition(self, code: tuple[str, str], onset: str | None, status: str = "active") -> None:
        """Add a condition; ``code`` is a SNOMED code and the words for it."""
        system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
        dated = {"onsetDateTime": onset} if onset else {}
        self.add(
            "Condition",
            clinicalStatus={"coding": [{"system": system, "code": status}]},
            code=concept(SNOMED, *code),
            **dated,
        )

    def done(
        self, code: tuple[str, str], on: str, system: str = SNOMED, status: str = "completed"
    ) -> Json:
        """Add something done, offered or said."""
        return self.add(
            "Procedure", status=status, code=concept(system, *code), performedDateTime=on
        )

    def said_no(self, on: str, answer: str = "declined", ask_again: str | None = None) -> None:
        """Add a person's "no" or "not now", as Good Day proposes to record it."""
        words = {"declined": "The person said no, thank you", "not-now": "The person said not now"}
        procedure = self.done(
            ("self-management-copd", "COPD self-management programme"), on, OWN, "not-done"
        )
        procedure["statusReason"] = {
            "coding": [{"system": OWN, "code": answer}],
            "text": words[answer],
        }
        if ask_again:
            procedure["extension"] = [{"url": ASK_AGAIN_AFTER, "valueDate": ask_again}]

    def result(
        self, code: tuple[str, str], value: float, unit: str, on: str, status: str = "final"
    ) -> Json:
        """Add a measured result."""
        quantity = {
            "value": value,
            "unit": unit,
            "system": "http://unitsofmeasure.org",
            "code": unit,
        }
        return self.add(
            "Observation",
            status=status,
            code=concept(SNOMED, *code),
            effectiveDateTime=on,
            valueQuantity=quantity,
        )

    def filed(self, *results: Json) -> None:
        """A report that somebody has interpreted: the sign that results were filed."""
        self.add(
            "DiagnosticReport",
            status="final",
            code={"text": "Results, filed"},
            effectiveDateTime=results[0]["effectiveDateTime"],
            result=[{"reference": f"Observation/{result['id']}"} for result in results],
            resultsInterpreter=[{"display": "Dr Invented"}],
        )

    def visit(self, days: int) -> Json:
        """A planned review that is being booked, so many days ahead."""
        system = "http://terminology.hl7.org/CodeSystem/v2-0276"
        return {
            "resourceType": "Appointment",
            "id": f"{self.key}-visit",
            "status": "proposed",
            "appointmentType": {
                "coding": [{"system": system, "code": "CHECKUP"}],
                "text": "Planned review",
            },
            "start": f"{self.ahead(days)}T10:30:00Z",
            "end": f"{self.ahead(days)}T10:50:00Z",
            "participant": [
                {"actor": {"reference": f"Patient/{self.key}"}, "status": "needs-action"}
            ],
        }

    def spirometry(self, days: int, status: str = "final") -> tuple[Json, Json]:
        """Add two results of a breathing test, so many days ago."""
        on = (self.today - timedelta(days=days)).isoformat()
        return (
            self.result(("313223002", "FEV1 compared with what is predicted"), 62, "%", on, status),
            self.result(("313222007", "FEV1 to FVC ratio in percent"), 58, "%", on, status),
        )


def concept(system: str, code: str, words: str) -> Json:
    """A CodeableConcept of one coding."""
    return {"coding": [{"system": system, "code": code, "display": words}], "text": words}


def nhs_number(count: int) -> str:
    """An NHS number of the 999 range with a right check digit: the count-th that has one."""
    body = 999_000_000 + count
    while True:
        digits = f"{body:09}"
        check = (
            11
            - sum(int(d) * weight for d, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        )
        if check != 10:
            return digits + str(check % 11)
        body += 100_000
