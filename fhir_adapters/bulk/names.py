"""What a file of an export is, as far as its name tells, and the names of its folders."""

import re
from collections.abc import Sequence

from fhir_adapters.read import KINDS

PATIENT = "Patient"
# What a folder that was fetched says of itself (fetched.py).
FETCHED, UNREAD_OF_PEOPLE = "fetched.json", "unread.txt"
# What a server said beside the entries, by the type of its lines; it was heard when it came.
SAID = {"OperationOutcome": "errors", "Bundle": "deleted"}
_FETCHED = re.compile(
    rf"{FETCHED}|{UNREAD_OF_PEOPLE}|(?:{'|'.join(SAID.values())})\.[0-9]+\.ndjson(?:\.gz)?"
)

READ = frozenset({PATIENT, *KINDS})
# Lines of these are told wherever they stand: they hold anything, or say that something is missing.
_TOLD = frozenset({"Bundle", "OperationOutcome"})
# The other types of FHIR R4 and R4B. No rule reads them, and a file that is named for one of them
# is not opened: there are exports in which it is most of what there is.
_OTHERS = """
    Account ActivityDefinition AdministrableProductDefinition AdverseEvent AllergyIntolerance
    AppointmentResponse AuditEvent Basic Binary BiologicallyDerivedProduct BodyStructure
    CapabilityStatement CareTeam CatalogEntry ChargeItem ChargeItemDefinition Citation Claim
    ClaimResponse ClinicalImpression ClinicalUseDefinition CodeSystem CompartmentDefinition
    Composition ConceptMap Contract Coverage CoverageEligibilityRequest CoverageEligibilityResponse
    DetectedIssue Device DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement
    DocumentManifest EffectEvidenceSynthesis Endpoint EnrollmentRequest EnrollmentResponse
    EpisodeOfCare EventDefinition Evidence EvidenceReport EvidenceVariable ExampleScenario
    ExplanationOfBenefit FamilyMemberHistory GraphDefinition Group GuidanceResponse
    HealthcareService ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation
    ImplementationGuide Ingredient InsurancePlan Invoice Library Linkage List Location
    ManufacturedItemDefinition Measure MeasureReport Media Medication MedicationAdministration
    MedicationDispense MedicationKnowledge MedicinalProduct MedicinalProductAuthorization
    MedicinalProductContraindication MedicinalProductDefinition MedicinalProductIndication
    MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured
    MedicinalProductPackaged MedicinalProductPharmaceutical MedicinalProductUndesirableEffect
    MessageDefinition MessageHeader MolecularSequence NamingSystem NutritionOrder NutritionProduct
    ObservationDefinition OperationDefinition Organization OrganizationAffiliation
    PackagedProductDefinition Parameters PaymentNotice PaymentReconciliation Person PlanDefinition
    Practitioner PractitionerRole Provenance Questionnaire RegulatedAuthorization RelatedPerson
    RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject
    RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter Slot Specimen SpecimenDefinition
    StructureDefinition StructureMap Subscription SubscriptionStatus SubscriptionTopic Substance
    SubstanceDefinition SubstanceNucleicAcid SubstancePolymer SubstanceProtein
    SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification SupplyDelivery
    SupplyRequest TerminologyCapabilities TestReport TestScript ValueSet VerificationResult
    VisionPrescription
"""
TYPES_OF_FHIR = READ | _TOLD | frozenset(_OTHERS.split())

_ENDINGS = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz", ".ndjson.zst", ".jsonl.zst")
_PART = re.compile(r"\.(?:ndjson|jsonl)(?:\.[^.]*)?\Z", re.IGNORECASE)
_BUNDLE = (".json", ".json.gz")
_WORD = re.compile(r"[A-Z][A-Za-z]+")
# What stands beside the files of many an export, and says nothing of anybody.
_BESIDE = re.compile(
    r".+\.(?:md5|sha1|sha224|sha256|sha384|sha512|crc|crc32|asc|sig)"
    r"|(?:md5|sha1|sha256|sha512)sums?(?:\.txt)?"
    r"|(?:.+[._-])?manifest(?:\.(?:json|txt|csv|xml))?"
    r"|(?:readme|licen[cs]e)(?:\.(?:md|txt|html))?"
    r"|_success|_(?:started|committed)_[0-9]+|thumbs\.db|desktop\.ini"
    # Tables, pages and pictures: no export has its lines in these.
    r"|.+\.(?:csv|tsv|log|md|pdf|html?|docx?|xlsx?|odt|ods|png|jpe?g|ya?ml)",
    re.IGNORECASE,
)
_TEXT = re.compile(r".+\.txt", re.IGNORECASE)
_OF_A_TYPE = re.compile("|".join(sorted(READ | _TOLD)), re.IGNORECASE)

_OTHERWISE = "It is not finished, or packed in another way than gzip or zstd: unpack it."
_A_BUNDLE = (
    "Beside an export no bundle is read: give bundles a folder of their own, and call it .ndjson"
    " if it is none."
)
_WHAT_IS_IT = (
    "By its name it is no part of an export, and nobody knows what is in it: call it"
    " Condition.2.ndjson, or what it is, or take it out of the folder."
)


def type_named(name: str, folders: Sequence[str] = ()) -> str:
    """The resource type that a file's name says is in it, or the nearest of its folders that does.

    "" where none does, or where lines of any type may be in it.
    """
    word = _WORD.match(name)
    by_file = word[0] if word is not None and word[0] in TYPES_OF_FHIR else ""
    by_folder = next((one for one in reversed(folders) if one in TYPES_OF_FHIR), "")
    for named in (by_file, by_folder):
        if named in READ:
            return named
    named = by_file or by_folder
    return "" if named in _TOLD else named


def is_part(name: str) -> bool:
    """Whether a file has the name of a part of an export, be it one that can be read or not."""
    return bool(_PART.search(name))


def is_bundle(name: str) -> bool:
    """Whether a file has the name of a bundle that is read."""
    return name.lower().endswith(_BUNDLE) and not is_hidden(name)


def is_hidden(name: str) -> bool:
    """Whether a file or a folder is meant not to be seen."""
    return name.startswith(".")


def is_beside(name: str, folders: Sequence[str] = ()) -> bool:
    """Whether a file is a checksum, a manifest, a table or the like, and passed over.

    A text is, where neither its name nor a folder's has that of a type in it.
    """
    if _TEXT.fullmatch(name):
        return not any(_OF_A_TYPE.search(one) for one in (name, *folders))
    return bool(_BESIDE.fullmatch(name))


def is_of_a_fetch(name: str) -> bool:
    """Whether a file of a folder that was fetched is no part of what came, but tells of it."""
    return bool(_FETCHED.fullmatch(name))


def odd_by_name(name: str) -> str:
    """Why a file of an export is not read, by its name; "" where it is."""
    if name.lower().endswith(_ENDINGS):
        return ""
    if is_part(name):
        return _OTHERWISE
    return _A_BUNDLE if is_bundle(name) else _WHAT_IS_IT
