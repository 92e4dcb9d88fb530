"""Another system asked about the same thing lately: a rule rests, and says because of whom."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from prompts.choose import choose
from prompts.history import History
from prompts.next_time import Change, when_next
from prompts.prompt import Choice, Held
from prompts.standing import Case
from rules.codes import Code
from rules.days import span
from rules.engine import evaluate
from rules.load import load_library
from rules.record import Entry, Kind, Reply
from rules.rule import Practice, Rule
from tests.builders import TODAY, a_record, load_files, rule_text, said, shipped
from tests.unit.prompts.asking import COUGH, on_cards, rule, tag

BOX = "https://templates.example/codes"
LISTED = """
already_prompted_by:
  - name: QOF box
    code: "QOFBOX-*"
    system: https://templates.example/codes
    found_in: [tag, message]
    {more}
    about: {about}
"""


def practice(about: str = "apple", more: str = "", *, rest: str = "") -> Practice:
    text = f"name: A test\n{LISTED.format(about=about, more=more)}{rest}"
    loaded = load_files({"practice.yaml": text})
    assert not loaded.stops, loaded.stops
    return loaded.library.practice


def calm(about: str = "apple") -> Practice:
    """A practice where nothing else is looked for in any list."""
    return replace(practice(about), holds=())


def left(
    day: str = "2026-11-03",
    name: str = "QOFBOX-COPD",
    *,
    kind: Kind = Kind.TAG,
    status: str = "active",
    system: str = BOX,
) -> Entry:
    return Entry(kind, (Code(system, name),), status, span(day))


def asked(
    ours: Practice,
    *lines: Entry,
    rules: Iterable[Rule] | None = None,
    today: date = TODAY,
    unread: tuple[Kind, ...] = (),
    history: History | None = None,
) -> Choice:
    some = (rule(),) if rules is None else tuple(rules)
    known = history or History()
    record = a_record(COUGH, *lines, unread=unread)
    return choose(evaluate(some, record, known.said, today), known, today, ours)


def held_by(choice: Choice) -> Held:
    (held,) = choice.held
    return held


def test_a_rule_rests_after_another_system_asked_and_says_which_and_when() -> None:
    held = held_by(asked(practice(), left()))
    assert held.step == "elsewhere"
    assert held.says == "Not shown: another system asked about this on 3 November 2026: QOF box."
    assert not held.unread


def test_it_counts_for_as_long_as_a_card_that_nobody_answered() -> None:
    ours = practice()
    assert held_by(asked(ours, left())).until == date(2027, 2, 3)
    assert asked(ours, left(), today=date(2027, 2, 2)).prompt is None
    assert asked(ours, left(), today=date(2027, 2, 3)).prompt is not None
    slow = rule(quiet="{topic: apple, after_shown: 6 months}")
    assert held_by(asked(ours, left(), rules=[slow])).until == date(2027, 5, 3)
    quieter = practice(rest="quiet: {after_shown: 8 months}\n")
    assert held_by(asked(quieter, left(), rules=[slow])).until == date(2027, 7, 3)


def test_a_practice_may_say_for_how_long_it_counts() -> None:
    ours = practice(more="for: 20 days")
    assert asked(ours, left(), today=date(2026, 11, 22)).prompt is None
    assert asked(ours, left(), today=date(2026, 11, 23)).prompt is not None


NOT_HERS = {
    "of another topic": (practice("berry"), left()),
    "of another system of codes": (practice(), left(system="https://other.example/codes")),
    "that begins otherwise": (practice(), left(name="QOF-COPD")),
    "in another list": (practice(), left(kind=Kind.TASK, status="requested")),
    "long ago": (practice(), left("2026-07-01")),
    "dated ahead, which is not on the record yet": (practice(), left("2026-11-22")),
    "that was taken back": (practice(), left(kind=Kind.MESSAGE, status="not-done")),
    "that is a draft": (practice(), left(kind=Kind.MESSAGE, status="preparation")),
}


@pytest.mark.parametrize(("ours", "line"), NOT_HERS.values(), ids=NOT_HERS)
def test_what_is_not_that_holds_nothing(ours: Practice, line: Entry) -> None:
    choice = asked(ours, line)
    assert choice.held == ()
    assert choice.prompt is not None


@pytest.mark.parametrize("status", ["active", "inactive", "", "unknown"])
def test_it_was_asked_whatever_became_of_the_mark(status: str) -> None:
    assert held_by(asked(practice(), left(status=status))).step == "elsewhere"


def test_without_a_day_it_may_be_of_today() -> None:
    line = left()._replace(when=None)
    held = held_by(asked(practice(), line))
    told = "Not shown: another system asked about this on a day that is not written down: QOF box."
    assert (held.says, held.until, held.unread) == (told, None, False)
    # Also beside one that is long over.
    assert asked(practice(), line, left("2020-01-01")).prompt is None


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-10", "in October 2026"),
        ("2026", "between 1 January 2026 and 21 November 2026"),  # and not ahead
        ("2026-11-21", "on 21 November 2026"),
    ],
)
def test_a_month_or_a_year_counts_from_its_last_day_that_has_been(day: str, says: str) -> None:
    assert says in held_by(asked(practice(), left(day))).says


def test_of_several_the_one_that_holds_longest_is_told_in_whatever_order_they_stand() -> None:
    more = """
      - name: Alert
        code: alert-1
        system: https://templates.example/codes
        found_in: tag
        for: 2 years
        about: all
    """
    ours = practice(rest="".join(f"{line[4:]}\n" for line in more.strip("\n").split("\n")[:-1]))
    assert len(ours.elsewhere) == 2
    lines = (left("2026-11-20"), left("2025-01-01", "alert-1"))
    for turned in (ours, replace(ours, elsewhere=ours.elsewhere[::-1])):
        for some in (lines, lines[::-1]):
            held = held_by(asked(turned, *some))
            assert held.until == date(2027, 2, 20)
            assert "QOF box" in held.says


def test_all_means_every_topic() -> None:
    choice = asked(practice("all"), left(), rules=[rule(), rule("berry", offers=tag("b"))])
    assert {one.rule.id for one in choice.held} == {"apple", "berry"}


def test_a_safety_net_goes_on_and_says_so() -> None:
    net = rule("net", purpose="safety net", when_unknown="prompt", offers=tag("n"))
    for lines, unread in (((left("2026-11-20"),), ()), ((), (Kind.TAG,))):
        choice = asked(calm("all"), *lines, rules=[net], unread=unread)
        assert choice.held == ()
        (step,) = (one for one in choice.ways[0].steps if one.name == "elsewhere")
        assert step.passed
        assert step.says.startswith("A safety net goes on: ")


def test_what_could_not_be_read_may_say_that_another_system_asked() -> None:
    held = held_by(asked(calm(), unread=(Kind.MESSAGE,)))
    assert (held.step, held.unread) == ("elsewhere", True)
    assert held.says == (
        "Not shown: the list of message entries could not be read,"
        " and it may say that another system asked."
    )
    # Of what it is not about, and in lists where it is not left, nothing is asked.
    assert asked(calm("berry"), unread=(Kind.MESSAGE,)).held == ()
    assert asked(calm(), unread=(Kind.CARE_PLAN,)).held == ()


def test_what_was_read_and_says_so_is_told_before_what_was_not_read() -> None:
    assert not held_by(asked(calm(), left(), unread=(Kind.MESSAGE,))).unread


def test_where_nothing_is_listed_the_trace_says_that_and_nothing_is_looked_at() -> None:
    choice = asked(Practice("A test"), left())
    (step,) = (one for one in choice.ways[0].steps if one.name == "elsewhere")
    assert step.says == "No other system is known to ask about this."
    (step,) = (one for one in asked(practice()).ways[0].steps if one.name == "elsewhere")
    assert step.says == "No other system asked about this lately."


def test_what_a_person_said_is_told_before_what_another_system_asked() -> None:
    known = History((said(Reply.DECLINED, "1 month ago", topic="apple"),))
    assert held_by(asked(practice(), left(), history=known)).step == "quiet"


def test_a_topic_counts_under_every_name_it_has_had() -> None:
    renamed = rule(quiet="{topic: pear, also_known_as: [apple]}")
    assert held_by(asked(practice("apple"), left(), rules=[renamed])).step == "elsewhere"
    assert held_by(asked(practice("pear"), left(), rules=[renamed])).step == "elsewhere"


def test_a_rule_that_took_over_from_another_rests_where_that_one_did() -> None:
    """Even where it calls its topic otherwise, and nobody wrote down what it was called."""

    def text(name: str, topic: str, **more: str) -> str:
        return rule_text(
            id=name, exclude=None, quiet=f"{{topic: {topic}}}", people=None, tests=None, **more
        )

    files = {
        "practice.yaml": f"name: A test\n{LISTED.format(about='apple-talk', more='')}",
        "apple.yaml": text("apple", "apple-talk", status="retired"),
        "pear.yaml": text("pear", "pear-talk", status="retired", replaces="apple"),
        "plum.yaml": text("plum", "plum-talk", replaces="pear"),
        "other.yaml": text("other", "other-talk"),
    }
    library = load_files(files).library
    found = {one.id: one for one in library.rules}
    ours = library.practice
    assert held_by(asked(ours, left(), rules=[found["plum"]])).step == "elsewhere"
    assert asked(ours, left(), rules=[found["other"]]).held == ()


def test_a_rule_may_name_what_its_practice_does_not() -> None:
    own = f'\n- {{name: Ardens, code: "ARD-ASK*", system: "{BOX}", found_in: task}}'
    one = rule(already_prompted_by=own)
    line = left(name="ARD-ASK-1", kind=Kind.TASK, status="requested")
    assert "Ardens" in held_by(asked(Practice("A test"), line, rules=[one])).says
    # And is quieter than its practice, never louder: what the practice has counts besides.
    assert "QOF box" in held_by(asked(practice(), left(), rules=[one])).says


def test_the_day_on_which_it_is_over_is_known_ahead() -> None:
    case = Case(rule(), a_record(COUGH, left()), practice=practice())
    assert when_next(case, TODAY) == Change(date(2027, 2, 3), "prompt")
    case = Case(rule(), a_record(COUGH, left()), practice=practice(more="for: 20 days"))
    assert when_next(case, TODAY) == Change(date(2026, 11, 23), "prompt")
    ahead = Case(rule(), a_record(COUGH, left("2026-12-24")), practice=practice())
    change = when_next(ahead, TODAY)
    assert change == Change(date(2026, 12, 24), "quiet", date(2027, 3, 24))


def test_what_stood_on_one_card_because_of_a_rule_that_rests_is_not_two_without_it() -> None:
    """Else what another system asked would bring a card more."""
    some = (
        rule(offers=tag("one") + tag("two")),
        rule("berry", offers=tag("one")),
        rule("cherry", offers=tag("two")),
    )
    two = replace(practice(), most_cards_at_once=2)
    assert on_cards(asked(two, rules=some)) == [["apple", "berry", "cherry"]]
    assert on_cards(asked(two, left(), rules=some)) == [["berry", "cherry"]]
    # Neither does an answer, to which the same applies.
    no = History((said(Reply.DECLINED, "1 month ago", topic="apple"),))
    assert on_cards(asked(two, rules=some, history=no)) == [["berry", "cherry"]]
    assert on_cards(asked(two, left(), rules=some, history=no)) == [["berry", "cherry"]]
    # A rule that would not have spoken anyway keeps nothing together.
    shadow = (rule(offers=tag("one") + tag("two"), status="shadow"), *some[1:])
    assert on_cards(asked(two, left(), rules=shadow)) == [["berry"], ["cherry"]]


def test_the_starter_rules_name_no_other_system() -> None:
    """Which codes others leave is known to a practice, and not to us."""
    assert not any(one.elsewhere for one in shipped().library.rules)
    assert load_library().library.practice.elsewhere == ()
