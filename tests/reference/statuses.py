"""Which of FHIR R4's statuses count, list by list (RULES 4.4: "Valid status by default").

Each list has the words that count and the words that do not. Any other word, or none where there
has to be one, says nothing: cannot tell.
"""

from tests.reference.three import CANNOT_TELL, NO, YES, yes_if

COUNT: dict[str, set[str]] = {
    "condition": {"active", "recurrence", "relapse", ""},
    "observation": {"final", "amended", "corrected"},
    "medication": {"active"},
    "medication statement": {"active", "intended"},
    "procedure": {"completed"},
    "referral": {"active", "completed", "on-hold"},
    "tag": {"active"},
    "message": {"completed", "in-progress"},
    "message request": {"active", "completed"},
    "task": {
        "requested", "received", "accepted", "ready", "in-progress", "on-hold", "completed",
    },
    "encounter": {"finished", "in-progress", "onleave"},
    "report": {"final", "amended", "corrected", "appended"},
    "questionnaire": {"completed", "amended"},
    "goal": {"active", "accepted"},
    "care plan": {"active"},
    "consent": {"active"},
    "appointment": {"booked", "pending", "arrived", "checked-in", "fulfilled"},
    "document": {"current"},
}  # fmt: skip
DO_NOT: dict[str, set[str]] = {
    "condition": {"inactive", "remission", "resolved"},
    "observation": {"registered", "preliminary", "partial", "cancelled"},
    "medication": {"on-hold", "cancelled", "completed", "stopped", "draft"},
    "medication statement": {"completed", "stopped", "on-hold", "not-taken"},
    "procedure": {"not-done", "preparation", "in-progress", "on-hold", "stopped"},
    "referral": {"draft", "revoked"},
    "tag": {"inactive"},
    "message": {"preparation", "not-done", "on-hold", "stopped"},
    "message request": {"draft", "on-hold", "revoked"},
    "task": {"draft", "rejected", "cancelled", "failed"},
    "encounter": {"planned", "arrived", "triaged", "cancelled"},
    "report": {"registered", "partial", "preliminary", "cancelled"},
    "questionnaire": {"in-progress", "stopped"},
    "goal": {"proposed", "planned", "on-hold", "completed", "cancelled", "rejected"},
    "care plan": {"draft", "on-hold", "revoked", "completed"},
    "consent": {"draft", "proposed", "rejected", "inactive"},
    "appointment": {"proposed", "cancelled", "noshow", "waitlist"},
    "document": {"superseded"},
}
# "Only what was not done, taken back or is not yet more than a draft does not count" of an entry
# that may stand anywhere (rules/README.md).
NOT_AN_ENTRY = {
    "not-done", "draft", "preparation", "registered",  # not done, or not yet
    "revoked", "rejected", "cancelled", "failed", "superseded",  # taken back
}  # fmt: skip


def is_a_status(list_: str, status: str) -> bool:
    """Whether the word says anything in that list."""
    return status in COUNT[list_] or status in DO_NOT[list_]


def counts_as_valid(list_: str, status: str) -> str:
    """The usual question of one list."""
    if status in COUNT[list_]:
        return YES
    return NO if status in DO_NOT[list_] else CANNOT_TELL


def stands_anywhere(list_: str, status: str) -> str:
    """The question of ``find: entry``."""
    if status in NOT_AN_ENTRY:
        return NO
    return YES if is_a_status(list_, status) else CANNOT_TELL


def is_one_of(asked: set[str], find: str, list_: str, status: str) -> str:
    """The question where the author says which states count."""
    if "any" in asked and (status == "" or is_a_status(list_, status)):
        return YES
    if "active" in asked and find in ("condition", "task"):
        open_ = COUNT[find] - {"completed"}  # recurrences are active; a task that was asked for too
        asked = asked | open_
    if status in asked:
        return YES
    return yes_if(False) if is_a_status(list_, status) else CANNOT_TELL
