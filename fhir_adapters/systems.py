"""The URIs that we read and write (CONTENT 3.1 and 3.3)."""

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
FLAG_CATEGORY = "http://terminology.hl7.org/CodeSystem/flag-category"
COMMUNICATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/communication-category"
PARTICIPATION_MODE = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"
REFERRAL_CATEGORY = "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"

# Ours: which rule a resource came from, and the day a person chose to be asked again.
RULE = "https://good-day.example/fhir/rule"
# And which reminder of whom it is, the same however often it is made.
REMINDER = "https://good-day.example/fhir/reminder"
ASK_AGAIN_AFTER = "https://good-day.example/fhir/StructureDefinition/ask-again-after"
# What can be ticked on a form of ours.
TICKS = "https://good-day.example/fhir/CodeSystem/agenda-sheet"

# Entries of the directory of local support, by whose they are.
DIRECTORY = "https://good-day.example/fhir/directory/"

# FHIR's own name for a code that is an address: which questionnaire was answered.
ADDRESS = "urn:ietf:rfc:3986"
LANGUAGE = "urn:ietf:bcp:47"
UK_CORE_LANGUAGE = "https://fhir.hl7.org.uk/CodeSystem/UKCore-HumanLanguage"
UK_CORE_COMMUNICATION = (
    "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSCommunication"
)
INTERPRETER_REQUIRED = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
PDS_REMOVED = "https://fhir.nhs.uk/StructureDefinition/Extension-PDS-RemovalFromRegistration"
UK_CORE_ETHNICITY = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory"
