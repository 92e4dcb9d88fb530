"""The closed lists of words of the language (RULES 4.3 to 4.11)."""

# The moments that CDS Hooks names (hook library 1.0.1 and its current build).
HOOKS = (
    "patient-view",
    "appointment-book",
    "encounter-start",
    "encounter-discharge",
    "order-select",
    "order-sign",
    "order-dispatch",
    "problem-list-item-create",
    "allergyintolerance-create",
    "medication-refill",
    "medication-verify",
)
# A moment that a record system names itself is called after whose it is: uk.nhs.review-due. Its
# service is written to logs by that name, which take no long names and nothing like a number of
# somebody's.
OWN_HOOK = r"(?!.*[0-9]{6})[a-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9][A-Za-z0-9_-]*)+"
OWN_HOOK_MOST = 52  # characters
PURPOSES = ("offer", "information", "safety net")
# What rules are about, so that what is about the same stands together on a card (PRODUCT 1.4); the
# themes are those of the forty draft rules (CONTENT 7).
THEMES = (
    "breathing",
    "diabetes",
    "heart",  # blood pressure, heart and stroke
    "kidneys",
    "pain",  # joints and bones too
    "wellbeing",  # mood, worry, living with a mental illness
    "later-life",  # frailty, memory
    "caring",  # for those who look after somebody
    "belonging",  # company, getting out, helping others
    "around-the-visit",
)
# How sure it is that something helps (CONTENT 7): the first two go before the others on a card.
STRENGTHS = ("strong", "moderate", "mixed", "consensus", "experience")
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
