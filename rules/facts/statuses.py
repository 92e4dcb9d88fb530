"""Which of FHIR's statuses count, list by list."""

from rules.record import Kind

# For each list, which of FHIR's statuses count and which do not (RULES 4.4, CONTENT 3.2). A status
# in neither column, or missing where FHIR requires one, is "cannot tell". The reader has already
# left out what was entered in error and what was refuted.
STATUSES: dict[Kind, tuple[frozenset[str], frozenset[str]]] = {
    Kind.CONDITION: (
        frozenset({"active", "recurrence", "relapse", ""}),
        frozenset({"inactive", "remission", "resolved"}),
    ),
    Kind.OBSERVATION: (
        frozenset({"final", "amended", "corrected"}),
        frozenset({"registered", "preliminary", "partial", "cancelled"}),
    ),
    Kind.PROCEDURE: (
        frozenset({"completed"}),
        frozenset({"not-done", "preparation", "in-progress", "on-hold", "stopped"}),
    ),
    Kind.REFERRAL: (
        frozenset({"active", "completed", "on-hold"}),
        frozenset({"draft", "revoked"}),
    ),
    Kind.TAG: (frozenset({"active"}), frozenset({"inactive"})),
    Kind.TASK: (
        frozenset(
            {"requested", "received", "accepted", "ready", "in-progress", "on-hold", "completed"}
        ),
        frozenset({"draft", "rejected", "cancelled", "failed"}),
    ),
    Kind.CARE_PLAN: (
        frozenset({"active"}),
        frozenset({"draft", "on-hold", "revoked", "completed"}),
    ),
    Kind.MESSAGE: (
        frozenset({"completed", "in-progress"}),
        frozenset({"preparation", "not-done", "on-hold", "stopped"}),
    ),
    Kind.DRAFT_MESSAGE: (
        frozenset({"active", "completed"}),
        frozenset({"draft", "on-hold", "revoked"}),
    ),
    Kind.DOCUMENT: (frozenset({"current"}), frozenset({"superseded"})),
    Kind.REPORT: (
        frozenset({"final", "amended", "corrected", "appended"}),
        frozenset({"registered", "partial", "preliminary", "cancelled"}),
    ),
    Kind.APPOINTMENT: (
        frozenset({"booked", "pending", "arrived", "checked-in", "fulfilled"}),
        frozenset({"proposed", "cancelled", "noshow", "waitlist"}),
    ),
    Kind.MEDICATION: (
        frozenset({"active"}),
        frozenset({"on-hold", "cancelled", "completed", "stopped", "draft"}),
    ),
    Kind.STATEMENT: (
        frozenset({"active", "intended"}),
        frozenset({"completed", "stopped", "on-hold", "not-taken"}),
    ),
    Kind.ENCOUNTER: (
        frozenset({"finished", "in-progress", "onleave"}),
        frozenset({"planned", "arrived", "triaged", "cancelled"}),
    ),
    Kind.QUESTIONNAIRE: (
        frozenset({"completed", "amended"}),
        frozenset({"in-progress", "stopped"}),
    ),
    Kind.GOAL: (
        frozenset({"active", "accepted"}),
        frozenset({"proposed", "planned", "on-hold", "completed", "cancelled", "rejected"}),
    ),
    Kind.CONSENT: (
        frozenset({"active"}),
        frozenset({"draft", "proposed", "rejected", "inactive"}),
    ),
}
