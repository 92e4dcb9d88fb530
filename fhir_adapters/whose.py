"""Whose data a resource is: our person's, nobody's that it names, or somebody else's."""

from collections.abc import Iterable

from fhir_adapters.elements import Resource


class AnotherPerson(Exception):
    """A resource is about somebody else. Says which type, never who."""

    def __init__(self, resource_type: str) -> None:
        self.resource_type = resource_type
        super().__init__(resource_type)


class Whose:
    """Tells whether a resource is about our person, by the names that person goes by."""

    def __init__(self, patient_id: str, aliases: Iterable[str] = (), server: str = "") -> None:
        self.usual = f"Patient/{patient_id}"
        self._own = {self.usual, *aliases}
        if server:
            self._own.add(f"{server.rstrip('/')}/Patient/{patient_id}")
        self._patient_id = patient_id
        self._server = server

    def check(self, resource: Resource) -> bool:
        """True if it is our person's, False if it does not say. Raises AnotherPerson if not."""
        if resource.resourceType == "Appointment":
            return self._takes_part(resource)
        if resource.resourceType == "Patient":
            if (resource.id or "") != self._patient_id:
                raise AnotherPerson(resource.resourceType)
            return True
        ours = False
        for about in (resource.subject, resource.patient, resource.for_):
            if about is not None and about.reference is not None:
                if not self._is_ours(about.reference):
                    raise AnotherPerson(resource.resourceType)
                ours = True
        return ours

    def _takes_part(self, resource: Resource) -> bool:
        """A visit of several people, such as a group's, is each of theirs."""
        references = [
            participant.actor.reference
            for participant in resource.participant or ()
            if participant.actor is not None and participant.actor.reference is not None
        ]
        if any(self._is_ours(reference) for reference in references):
            return True
        if any("Patient/" in reference or reference.startswith("urn:") for reference in references):
            raise AnotherPerson(resource.resourceType)
        return False

    def _is_ours(self, reference: str) -> bool:
        if reference in self._own:
            return True
        base = reference.split("/_history/")[0]
        # An absolute address is ours too, where no server was named to compare it with.
        return base in self._own or (
            not self._server and base.endswith(f"/Patient/{self._patient_id}")
        )
