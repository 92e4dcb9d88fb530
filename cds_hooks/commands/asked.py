"""How often a rule was asked before it goes live, and how it was judged, by the store named."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from cds_hooks.commands.place import place_of
from cds_hooks.counted import asked_before
from cds_hooks.settings import SettingsError, from_environment
from cds_hooks.store.answers import Answers
from cds_hooks.store.opening import check_is_there
from cds_hooks.store.tables import StoreError
from prompts.counted import Counted
from prompts.gates import NO_STORE, NONE_JUDGED, NOT_READ
from prompts.judged import Judged
from rules.fingerprint import fingerprint, judged_as
from rules.rule import Rule, Status


@dataclass(frozen=True, slots=True)
class Named:
    """The store that was named, if any: its folder, and the URL of its database."""

    data: Path | None = None
    store: str | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of the time before it goes live, or why that is not known."""

    counted: Counted | str = NO_STORE
    judged: Judged | str = NONE_JUDGED


def before_live(rule: Rule, named: Named, today: date) -> Before:
    """How often a rule was asked in shadow or pilot, and what was judged of it as it is now.

    What was counted of another version under its name says nothing of it: of one in pilot only the
    days count since it was released as it is, where that is written down. Of one that is live, only
    the days before: its new version is shown to everybody as well.
    """
    released, is_live = rule.care.released, rule.status is Status.LIVE
    until = released.on if released is not None and is_live else None
    since = released.on if released is not None and not is_live else None
    changed = released is not None and not is_live and released.fingerprint != fingerprint(rule)
    try:
        settings = from_environment(data=named.data, store=named.store)
        if not settings.model_fields_set & {"data", "store"}:
            return Before()
        place = place_of(settings)
        check_is_there(place)  # to open it would make one
        answers = Answers(place)
        try:
            found = asked_before(answers, {rule.id: since}, today, until)[rule.id]
            return Before(
                Counted(changed=True) if changed else replace(found, since=since),
                answers.cases().judged({rule.id: judged_as(rule)})[rule.id],
            )
        finally:
            answers.close()
    except (SettingsError, StoreError) as error:
        return Before(str(error), NOT_READ)
