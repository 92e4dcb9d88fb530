"""The roles that rules are written for: any name can be written, and these are no slips."""

CLINICAL_ROLES = ("gp", "nurse", "pharmacist", "physiotherapist", "paramedic", "care-coordinator")
_OTHERS = (
    "administrator", "dietitian", "health-coach", "health-visitor", "healthcare-assistant",
    "link-worker", "mental-health-practitioner", "midwife", "nursing-associate",
    "occupational-therapist", "pharmacy-technician", "physician-associate", "podiatrist",
    "practice-manager", "reception",
)  # fmt: skip
ROLES = frozenset({*CLINICAL_ROLES, *_OTHERS})
