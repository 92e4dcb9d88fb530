"""The URIs that we read and write (CONTENT 3.1 and 3.3)."""

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
FLAG_CATEGORY = "http://terminology.hl7.org/CodeSystem/flag-category"
COMMUNICATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/communication-category"
PARTICIPATION_MODE = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"
REFERRAL_CATEGORY = "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"

# Ours: which rule a resource came from, and the day a person chose to be asked again.
RULE = "https://good-day.example/fhir/rule"
ASK_AGAIN_AFTER = "https://good-day.example/fhir/StructureDefinition/ask-again-after"
