"""``goodday store erase``: what is kept of one person is let go of, but for a no."""

from datetime import datetime

from cds_hooks.clock import practice_day
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.noted import note
from cds_hooks.store import people
from cds_hooks.store.opening import Place
from cds_hooks.store.tables import FILE


def erase(place: Place, person: str, now: datetime, *, also_the_no: bool, yes: bool) -> int:
    """Say what goes and what stays, ask, note it in the audit, and erase. Raises StoreError."""
    found = people.export(place, person)
    if found is None:
        say.sorry("Nothing is kept of this person. With several clients, name theirs by --client.")
        return PROBLEMS
    say.line("Cards, answers, what they rested on, comments and cases about them are let go of.")
    if also_the_no:
        say.line("So is that they said no: they may be asked again.")
    else:
        say.line(
            "That they said no, and to what, stays under a keyed hash: they are not asked again."
        )
    say.line(
        "What was counted stays: nobody is in it. Backups still have them, and what a restore put"
        f" beside the store ({FILE}.before-..., or schemas before_...): let those go too."
    )
    if not yes and not say.asked("Erase?"):
        say.sorry("Nothing was erased. Say yes at the question, or give --yes.")
        return COULD_NOT_RUN
    note(place, "erase", person, "with the no" if also_the_no else "", now)
    gone = people.erase(place, person, practice_day(now), also_the_no=also_the_no)
    say.line(f"Erased: {say.count(gone, 'card')} and everything that belongs to them.")
    return FINE
