"""The gates between draft, shadow, pilot and live (RULES 4.11): what is there, what missing.

Every gate is asked, so that people see how far a rule is; each says one sentence, and where it is
shut also what to do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from prompts.counted import IF_FOR_FEW, LATELY, Counted
from prompts.judged import ENOUGH, MOST_WRONG, Judged
from prompts.mutation import Result
from prompts.reviewed import Since
from rules.days import in_words
from rules.lints import g01, g04, t02
from rules.lints.lint import Seen
from rules.people import Stories
from rules.problems import Problem
from rules.rule import SHOWN, Rule, Status

# Where check says what a gate says too, the gate says it.
SAID_BY_GATES = frozenset({"G01", "G04", "T00", "T01", "T02", "T04", "T07"})
NO_STORE = "No store is named, so nobody knows how often it was asked."
NONE_JUDGED = "No store is named, so nobody knows what a clinician judged of it."
NOT_READ = "What a clinician judged of it cannot be looked up either."
_TRIED_WITHIN = 30  # days
_NEVER_RELEASED = Since()
_NAME_IT = "Give --data or --store as goodday serve has it."


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that a move asks for. ``do`` is what to do where it is not met, else empty."""

    name: str
    met: bool
    says: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """When a rule was last tried on a list of people, and whether it was as it is now."""

    on: date
    same: bool


@dataclass(frozen=True, slots=True)
class Ready:
    """A rule as it would be after the move, and what is known of it.

    ``problems`` is what check says of the file as it would be; ``tried`` is what its stories notice
    of slips in it. ``counted`` is how often it was asked in shadow and pilot, and ``judged`` what a
    clinician said of people it was asked about; or why that is not known. ``on_a_list`` is when it
    was last tried on a whole list, and ``since`` is the rule against what was released last.
    """

    rule: Rule
    stories: Stories
    problems: tuple[Problem, ...]
    tried: Result
    today: date
    counted: Counted | str = NO_STORE
    judged: Judged | str = NONE_JUDGED
    on_a_list: Tried | None = None
    since: Since = _NEVER_RELEASED


def no_way(now: Status, to: Status, *, changed: bool = False) -> str:
    """Why a rule cannot go from one state to another, with what to do; "" where it can.

    One that is shown and was ``changed`` since it was released can stay where it is as a new
    version, which is released like the one before.
    """
    if now is to and not (changed and now in SHOWN):
        return f"This rule is in {now} already."
    if now is Status.RETIRED:
        return "A retired rule stays retired. Copy it under a new name with replaces: and the old."
    if to is Status.LIVE and now in (Status.DRAFT, Status.SHADOW):
        what = "draft" if now is Status.DRAFT else "rule in shadow"
        return f"A {what} is piloted before it is live. Use --to pilot."
    if to is Status.PILOT and now is Status.LIVE:
        return "A live rule goes back to draft, or is retired. Use --to draft."
    return ""


def gates(ready: Ready) -> tuple[Gate, ...]:
    """Every gate on the way to the state that the rule would be in; going back has none."""
    match ready.rule.status:
        case Status.SHADOW:
            return tuple(_to_shadow(ready))
        case Status.PILOT:
            return tuple(_to_pilot(ready))
        case Status.LIVE:
            return tuple(_to_live(ready))
        case _:
            return ()


def _to_shadow(ready: Ready) -> Iterator[Gate]:
    """Nobody sees it there: it only has to do what it says that it does."""
    yield check_is_clean(ready.rule, ready.problems)
    yield stories_are_right(ready.tried)


def _to_pilot(ready: Ready) -> Iterator[Gate]:
    yield check_is_clean(ready.rule, ready.problems)
    yield from stories_show(ready.rule, ready.stories)
    yield stories_are_right(ready.tried)
    yield safety_is_noticed(ready.tried)
    yield co_produced(ready.rule)
    yield from _written(ready.rule)
    yield tried_lately(ready.on_a_list, ready.today)


def _to_live(ready: Ready) -> Iterator[Gate]:
    yield check_is_clean(ready.rule, ready.problems)
    yield from stories_show(ready.rule, ready.stories)
    yield stories_are_right(ready.tried)
    yield safety_is_noticed(ready.tried)
    yield co_produced(ready.rule)
    yield from _written(ready.rule)
    yield signed_off(ready.rule, ready.today)
    yield two_people(ready.rule)
    yield cycle_decided(ready.rule)
    yield asked_enough(ready.counted)
    yield judged_enough(ready.judged, ready.counted)
    yield difference_reviewed(ready.since)


def check_is_clean(rule: Rule, problems: Sequence[Problem]) -> Gate:
    """Whether nothing would stop the rule in its new state."""
    stops = sum(problem.stops and problem.code not in SAID_BY_GATES for problem in problems)
    if stops:
        things = "thing stops" if stops == 1 else "things stop"
        return Gate(
            "check",
            False,
            f"{stops} {things} this rule in {rule.status}.",
            "Mend what is listed below.",
        )
    return Gate("check", True, "Check finds nothing that stops it.")


def stories_show(rule: Rule, stories: Stories) -> Iterator[Gate]:
    """Whether stories show a prompt, no prompt, every exclusion, every wording, and a no heard."""
    told = tuple(story for story in stories if not story.known_gap)  # a gap proves nothing
    if not told:
        yield Gate(
            "stories", False, "There are no stories.", "Add people: and tests:, as REFERENCE shows."
        )
        return
    missing = [
        Gate("stories", False, f'No story ends in "{expect}".', f"Add one with expect: {expect}")
        for expect in ("prompt", "no prompt")
        if not any(story.expect == expect for story in told)
    ]
    find = t02.LINT.find
    assert find is not None  # it is no lint of the reader's
    missing += [Gate("stories", False, each.says, each.hint) for each in find(Seen(rule, told))]
    yield from missing
    if not missing:
        yield Gate(
            "stories",
            True,
            "Stories show a prompt, no prompt, every exclusion, and a no that is heard.",
        )


def stories_are_right(tried: Result) -> Gate:
    """Whether every story comes out as it says."""
    wrong = len(tried.wrong)
    if wrong:
        says = f"{_count(wrong, 'story comes', 'stories come')} out otherwise than written."
        return Gate("stories are right", False, says, "Run goodday rules test, and mend those.")
    return Gate("stories are right", True, "Every story comes out as it says.")


def safety_is_noticed(tried: Result) -> Gate:
    """Whether stories notice every slip in what keeps people safe."""
    caught, every = tried.count(safety=True)
    if caught < every:
        missed = _count(every - caught, "slip", "slips")
        return Gate(
            "slips in safety",
            False,
            f"No story notices {missed} in safety, of {every}.",
            "Run goodday rules suggest, and add the stories it has for them.",
        )
    if not tried.stories:
        return Gate("slips in safety", False, "Without stories no slip is noticed.", "Add stories.")
    return Gate("slips in safety", True, f"Stories notice every slip in safety ({every}).")


def co_produced(rule: Rule) -> Gate:
    """Whether people it is for helped to write it."""
    find = g01.LINT.find
    assert find is not None  # it is no lint of the reader's
    for found in find(Seen(rule)):
        return Gate("co_produced_with", False, found.says, found.hint)
    return Gate("co_produced_with", True, "People it is for helped to write it.")


def _written(rule: Rule) -> Iterator[Gate]:
    care = rule.care
    for heading, there, says, do in (
        ("evidence", bool(care.evidence), "why we think that it helps", "a claim and its source"),
        ("pdsa", care.pdsa is not None, "what is tried out", "cycle, aim, measure and started"),
        ("review_by", care.review_by is not None, "when it is looked at again", "a day"),
    ):
        if there:
            yield Gate(heading, True, f"It says {says}.")
        else:
            yield Gate(heading, False, f"It does not say {says}.", f"Add {heading}: with {do}.")


def tried_lately(found: Tried | None, today: date) -> Gate:
    """Whether somebody looked, in the last 30 days, at how many it would prompt for as it is."""
    do = "Run goodday rules try with this file and the practice's list; it leaves its report."
    if found is None:
        return Gate("try report", False, "It has not been tried on a list of people.", do)
    on = in_words(found.on)
    if not found.same:
        says = f"It was tried on a list on {on}, and changed since."
        return Gate("try report", False, says, do)
    if not 0 <= (today - found.on).days <= _TRIED_WITHIN:
        says = f"It was tried on a list on {on}, which is not in the last {_TRIED_WITHIN} days."
        return Gate("try report", False, says, do)
    return Gate("try report", True, f"It was tried on a list of people on {on}, as it is.")


def signed_off(rule: Rule, today: date) -> Gate:
    """Whether somebody took responsibility for the safety of just this version, by today."""
    safety = rule.care.safety
    if safety is not None and safety.on > today:
        says = f"The safety sign-off is dated {safety.on}, which is still to come."
        return Gate("safety", False, says, "Write the day on which it was signed.")
    if safety is not None and safety.for_version == rule.version:
        return Gate("safety", True, f"The safety of version {rule.version} is signed off.")
    if safety is None:
        says = f"Nobody has signed off the safety of version {rule.version}, which it would become."
    else:
        says = (
            f"The safety of version {safety.for_version} is signed off,"
            f" and it would become version {rule.version}."
        )
    do = f"Add safety: with signed_off_by, signed_off_on and for_version: {rule.version}"
    return Gate("safety", False, says, do)


def two_people(rule: Rule) -> Gate:
    """Whether the one who signs off is somebody else than the owner."""
    safety = rule.care.safety
    if safety is not None and not g04.one_person(safety.by, rule.owner):
        return Gate("two people", True, "The owner and whoever signed off are two people.")
    if safety is None:
        says = "Nobody besides the owner has looked at it."
    else:
        says = "The owner has signed it off alone."
    return Gate("two people", False, says, "Ask somebody else to look, and to sign off.")


def cycle_decided(rule: Rule) -> Gate:
    """Whether it is written what came of the pilot, and what was decided."""
    pdsa = rule.care.pdsa
    missing = [
        heading
        for heading, there in (
            ("result", pdsa is not None and pdsa.result),
            ("decision", pdsa is not None and pdsa.decision),
        )
        if not there
    ]
    if missing:
        headings = " and ".join(f"{heading}:" for heading in missing)
        says = "It does not say what came of the pilot and what was decided."
        return Gate("pdsa", False, says, f"Under pdsa, add {headings}")
    if pdsa is not None and pdsa.decision == g04.ABANDON:
        says = "It was decided to abandon this rule."
        return Gate("pdsa", False, says, "Use --to retired, or write what was decided since.")
    return Gate("pdsa", True, "It says what came of the pilot and what was decided.")


def asked_enough(found: Counted | str) -> Gate:
    """Whether it was asked enough before everybody is shown it."""
    if isinstance(found, str):
        return Gate("counted", False, found, _NAME_IT)
    where = f"In {LATELY} days of shadow or pilot"
    if found.since is not None:
        where = f"Since {in_words(found.since)}, when it was released as it is,"
    if found.changed:
        where = "Since it was changed"
    says = found.in_words(where, "spoke, or would have,")
    do = "" if found.is_enough else "Leave it in shadow or pilot until then."
    return Gate("counted", found.is_enough, says, do)


def judged_enough(found: Judged | str, asked: Counted | str) -> Gate:
    """Whether a clinician found it right about enough people, as it is now.

    Of a rule for few, asked on 60 days, it is enough that everybody who could be was judged.
    """
    if isinstance(found, str):
        return Gate("judged", False, found, _NAME_IT)
    for_few = isinstance(asked, Counted) and asked.days >= IF_FOR_FEW
    says = " ".join(filter(None, (found.in_words(), found.leaves_open())))
    if found.is_enough(for_few=for_few):
        return Gate("judged", True, says)
    if found.is_too_wrong:
        do = f"At most {MOST_WRONG} of {ENOUGH} may be: change the rule, and have it judged anew."
    else:
        do = (
            f"In shadow or pilot, have a clinician judge {ENOUGH} of each at /judging, at most"
            f" {MOST_WRONG} of them wrong; or, after {IF_FOR_FEW} days, everybody there was and"
            " none wrong."
        )
    return Gate("judged", False, says, do)


def difference_reviewed(found: Since) -> Gate:
    """Whether somebody looked at just this difference from what was released last."""
    return Gate("difference reviewed", *found.says())


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
