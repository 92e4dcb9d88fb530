"""The closed lists of words of the language (RULES 4.3 to 4.11)."""

HOOKS = (
    "patient-view",
    "appointment-book",
    "encounter-start",
    "encounter-discharge",
    "order-sign",
)
PURPOSES = ("offer", "information", "safety net")
DECISIONS = ("adopt", "adapt", "abandon")
UNDATED = ("cannot tell", "count it", "ignore it")
INDICATORS = ("info", "warning", "critical")
PRIORITIES = ("routine", "urgent")
CHANNELS = ("letter", "text", "email", "app")
FORMATS = ("letter", "large print", "easy read")
# What became of an offer, in the order in which it may happen: what GP records hold.
STATES = (
    "offered",
    "referred",
    "accepted",
    "declined",
    "unsuitable",
    "unavailable",
    "attended",
    "completed",
    "did_not_attend",
)
# Statuses are FHIR's own; which of them a list can have is checked against rules.facts.statuses.
STATUS_WORDS: tuple[str, ...] = ()
# What is measured, for the conversions in rules/units.py that are for one thing only.
MEASURES = ("hba1c", "glucose", "cholesterol", "triglycerides", "creatinine")
# The roles that the requests of record systems may tell.
CLINICAL_ROLES = ("gp", "nurse", "pharmacist", "physiotherapist", "paramedic", "care-coordinator")
