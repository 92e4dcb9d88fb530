"""What is in a night, in numbers: nobody is named. It is printed, and stands in its folder."""

from collections import Counter

from cds_hooks.commands import say
from cds_hooks.population import tag_files
from cds_hooks.population.asking import HOOK
from cds_hooks.population.looked_through import LEAVE_OUT, called
from cds_hooks.population.night import Ended, Night
from cds_hooks.population.tagging import Add
from cds_hooks.visits import letter_rules
from fhir_adapters.bulk.people import Ids, SetAside
from rules.days import in_words
from rules.outcome import Decision
from rules.rule import Library, OfferKind, Rule


class Left:
    """Whom and what a person named to be left out, and how much of the night that was."""

    def __init__(self, struck: frozenset[str]) -> None:
        self.struck = struck
        self.count = 0
        self.met: set[str] = set()  # those of the names that were of something

    def stays(self, person: str, reference: str = "") -> bool:
        """Whether a change is left in."""
        met = self.struck & called(person, reference)
        self.met |= met
        self.count += bool(met)
        return not met


def reminding(library: Library) -> list[Rule]:
    """The rules that may be shown and offer a reminder."""
    return [
        rule
        for rule in library.shown().for_hook(HOOK)
        if any(offer.kind is OfferKind.TAG for offer in rule.offers)
    ]


def summary(
    night: Night,
    library: Library,
    add: list[Add],
    end: list[Ended],
    aside: SetAside,
    left: Left,
) -> list[str]:
    """What is in the folder, in numbers: nobody is named."""
    people = say.count(night.people, "person", "people")
    by_hand = sum(1 for one in end if one.flag is None)
    lines = [
        f"{people}, asked about on {in_words(night.today)}.",
        f"{say.count(len(add), 'reminder')} to add, {len(end)} to end, {by_hand} of them by hand.",
    ]
    for reason, number in sorted(Counter(night.unasked.values()).items()):
        are = "person is" if number == 1 else "people are"
        lines.append(f"{number} {are} left out: {reason}.")
    if left.struck:
        unmet = len(left.struck - left.met)
        lines.append(
            f"{say.count(left.count, 'reminder')} left out, as {LEAVE_OUT} says; of"
            f" {say.count(len(left.struck), 'name')} in it {unmet} had none to leave out."
        )
    for rule in reminding(library):
        held = sum(number for (name, _), number in night.held.items() if name == rule.id)
        unsure = night.came[rule.id, str(Decision.CANNOT_TELL)]
        numbers = (
            f"{sum(1 for one in add if one.rule.id == rule.id)} to add",
            f"{sum(1 for one in end if one.end.rule.id == rule.id)} to end",
            f"{held} held back",
            f"{unsure} cannot tell",
        )
        lines.append(f"  {rule.id}: {', '.join(numbers)}")
        why = sorted(f"{step} {n}" for (name, step), n in night.held.items() if name == rule.id)
        if why:
            lines.append(f"    held back by: {', '.join(why)}")
    if letter_rules(library):
        letters = sum(1 for one in night.visits if one.letter is not None)
        lines.append(
            f"{say.count(len(night.visits), 'visit')} in {night.days} days,"
            f" {say.count(letters, 'letter')} that could go ahead."
        )
    if night.visits_unread:
        lines.append(
            f"Of {say.count(night.visits_unread, 'person', 'people')} the visits could not all be"
            " read: they may come without being on the list."
        )
    if aside.count:
        lines.append(
            f"{say.count(aside.count, 'line')} set aside, unused;"
            f" {aside.people} of them people who were not asked about at all."
        )
    lines += (
        f"The list of {kind} entries is unknown for everybody: it is not in the source, or could"
        " not be read. What a rule looks for in it cannot be told."
        for kind in night.unknown()
    )
    named = [*(one.person for one in add), *(one.end.person for one in end)]
    if changed := tag_files.changed_ids([*named, *(one.person for one in night.coming())]):
        people = say.count(changed, "person", "people")
        lines.append(
            f"The id of {people} stands in the lists with an apostrophe before it, or with fewer"
            " spaces: a spreadsheet could take it for a formula."
        )
    if night.ids is not Ids.FHIR:
        lines.append(
            "The list is of CSV files, whose numbers no FHIR server knows anybody by: nothing of it"
            " can be sent to one. emis.csv and systmone.csv are for the record system itself."
        )
    lines.append("Nothing was written to a record. A person looks through it before it is used.")
    return lines
