"""How often a rule was asked before it goes live, by the store that is named."""

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
from prompts.gates import NO_STORE
from rules.rule import Rule, Status


@dataclass(frozen=True, slots=True)
class Named:
    """The store that was named, if any: its folder, and the URL of its database."""

    data: Path | None = None
    store: str | None = None


def asked(rule: Rule, named: Named, today: date) -> Counted | str:
    """How often a rule was asked in shadow or pilot, or why that is not known.

    Of one that is live, only the days before: its new version is shown to everybody as well.
    """
    released = rule.care.released
    until = released.on if released is not None and rule.status is Status.LIVE else None
    try:
        settings = from_environment(data=named.data, store=named.store)
        if not settings.model_fields_set & {"data", "store"}:
            return NO_STORE
        place = place_of(settings)
        check_is_there(place)  # to open it would make one
        answers = Answers(place)
        try:
            return asked_before(answers, {rule.id: None}, today, until)[rule.id]
        finally:
            answers.close()
    except (SettingsError, StoreError) as error:
        return str(error)
