"""Two clinicians who can be told by all that their system sends."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Clinician:
    """Somebody who looks, by all that they can be told by."""

    user: str
    name: str
    number: str  # as a national provider identifier is written
    subject: str

    @property
    def every(self) -> tuple[str, ...]:
        """What must not be found, and what is made of it without thinking."""
        plain = (self.user, self.name, self.number, self.subject)
        ways = (*plain, *(f"Practitioner/{one}" for one in plain))
        return (*plain, *(hashlib.sha256(one.encode()).hexdigest() for one in ways))


ONE = Clinician("dr-quillfeather", "Zebedee Quillfeather", "1093817465", "sub-quillfeather-7f2e")
OTHER = Clinician("nurse-oakes", "Wilhelmina Oakes", "1881234562", "sub-oakes-33d0")
