"""Two invented clinicians: whoever opens a record is told what another has heard already."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clinician:
    """Somebody who looks at records. ``user`` is what a hook's context calls them."""

    key: str
    name: str
    role: str

    @property
    def user(self) -> str:
        """Their name in the record system, as CDS Hooks wants it."""
        return f"Practitioner/invented-{self.key}"

    @property
    def full(self) -> str:
        """Name and role."""
        return f"{self.name}, {self.role}"


CLINICIANS = (
    Clinician("gp", "Dr Ailsa Makebelieve", "GP"),
    Clinician("nurse", "Rory Supposed", "practice nurse"),
)


def clinician(key: str) -> Clinician:
    """One of them, by key; the first where there is no such."""
    return next((one for one in CLINICIANS if one.key == key), CLINICIANS[0])
