"""How often a rule was asked before it goes live, and how it was judged, by the store named."""

from dataclasses import dataclass
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
from rules.fingerprint import judged_as
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

    Of one that is live, only the days before: its new version is shown to everybody as well.
    """
    released = rule.care.released
    until = released.on if released is not None and rule.status is Status.LIVE else None
    try:
        settings = from_environment(data=named.data, store=named.store)
        if not settings.model_fields_set & {"data", "store"}:
            return Before()
        place = place_of(settings)
        check_is_there(place)  # to open it would make one
        answers = Answers(place)
        try:
            return Before(
                asked_before(answers, {rule.id: None}, today, until)[rule.id],
                answers.cases().judged({rule.id: judged_as(rule)})[rule.id],
            )
        finally:
            answers.close()
    except (SettingsError, StoreError) as error:
        return Before(str(error), NOT_READ)
