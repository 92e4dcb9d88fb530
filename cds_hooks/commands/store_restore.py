"""``goodday store restore``: a backup in the place of the store, which stays beside it."""

from datetime import datetime
from pathlib import Path

from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.pause import in_words
from cds_hooks.commands.store_verify import LIES_OPEN
from cds_hooks.store.backups import look_at
from cds_hooks.store.moving import version_at
from cds_hooks.store.opening import Place
from cds_hooks.store.restoring import restore as put_back
from cds_hooks.store.tables import FILE, StoreError


def restore(place: Place, backup: Path, now: datetime, *, yes: bool) -> int:
    """Say what is replaced, ask, and restore. Raises StoreError, and then nothing is changed."""
    looked = look_at(backup)
    if looked.manifest is None or looked.wrong:
        for sentence in looked.wrong:
            say.sorry(sentence)
        say.sorry("Nothing was restored.")
        return PROBLEMS
    if looked.manifest.lies_open:
        say.sorry(LIES_OPEN)
    if _is_there(place):
        say.line(
            f"The store in {place.named} is replaced by the backup of {looked.manifest.made_at}."
            " What is there now stays beside it. Stop the service first."
        )
        if not yes and not say.asked("Replace it?"):
            say.sorry("Nothing was restored. Say yes at the question, or give --yes.")
            return COULD_NOT_RUN
    done = put_back(place, backup, now)
    say.line(f"Restored to {place.named}. Start the service again.")
    if done.beside:
        say.line(f"What was there before is in {done.beside}.")
        if done.carry is not None:
            say.line(
                f"Carried over from it: {say.count(done.carry.cards, 'card')} and"
                f" {say.count(done.carry.answers, 'answer')} that the backup does not have, who"
                " said no, who was erased since, and what is paused."
            )
            if done.in_part:
                say.sorry(
                    "It is damaged, and that is what could be read of it: some of what was said"
                    f" since {looked.manifest.made_at} may be lost, and what was resumed since is"
                    " paused again."
                )
        else:
            say.sorry(
                f"It could not be read: every card, answer, no and count since"
                f" {looked.manifest.made_at} is lost to the store that was restored, and what was"
                " paused or resumed since. Who was erased since may be in it again: erase them"
                " once more."
            )
    if done.entries is not None:
        came = "1 entry" if done.entries == 1 else f"{done.entries} entries"
        say.line(
            f"Local support: {came} came back from the backup. What was there stayed as it was."
        )
    if done.directory_beside:
        say.sorry(
            f"The directory that was there is damaged: it is in {done.directory_beside}, and what"
            " was done to it since the backup is lost."
        )
    stopped = "; ".join(map(in_words, done.paused)) or "nothing"
    say.line(f"Paused in the store that is there now: {stopped}.")
    return FINE


def _is_there(place: Place) -> bool:
    """A store, or a file in its place that cannot be read as one."""
    try:
        return version_at(place) != 0
    except StoreError:
        return not place.url and (place.folder / FILE).exists()
