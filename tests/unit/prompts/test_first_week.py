"""The first week of a live rule: one session in four has it, and afterwards everybody."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.choose import alike, choose
from prompts.history import History
from prompts.next_time import Change, edges, when_next
from prompts.prompt import Choice
from prompts.report import report
from prompts.restraint import hold
from prompts.standing import Case
from prompts.stories import tell
from prompts.trying import first_week
from rules.care import Released
from rules.engine import evaluate
from rules.record import Kind, PatientRecord, Reply
from rules.rule import Purpose, Rule, Status
from tests.builders import TODAY, a_person, a_record, entry, load_text, outcome, released_text, said
from tests.lengths import first
from tests.spec.test_lints import LIVE
from tests.unit.prompts.asking import COUGH, OURS, rule, tag

DAY = timedelta(days=1)
ON = date(2026, 11, 20)
SESSIONS = [f"{number} looked" for number in range(4_000)]


def live(
    name: str = "apple",
    on: date | None = ON,
    status: Status = Status.LIVE,
    purpose: Purpose = Purpose.INFORMATION,
) -> Rule:
    """A live rule that was released on a day, for everybody with a cough."""
    made = rule(name, purpose="information", offers=tag(name))
    care = replace(made.care, released=Released(1, "0" * 16, on))
    return replace(made, status=status, care=care, purpose=purpose)


def step(one: Rule, today: date, session: str, record: PatientRecord | None = None) -> str | None:
    """What holds a rule for a session, in a word; None where it is shown."""
    asked = outcome(one, record or a_record(COUGH), today=today)
    held = hold(asked, History(), today, OURS, "", session)
    return None if held is None else held.step


def having(one: Rule, today: date, sessions: Iterable[str] = SESSIONS) -> list[str]:
    """The sessions that have a rule on a day."""
    return [each for each in sessions if step(one, today, each) is None]


@pytest.fixture(scope="module")
def those() -> tuple[str, str]:
    """A session that has the rule in its first week, and one that has not."""
    found = set(having(live(), ON, SESSIONS[:100]))
    has = next(each for each in SESSIONS if each in found)
    return has, next(each for each in SESSIONS if each not in found)


@pytest.mark.parametrize(
    ("today", "held"),
    [
        pytest.param(ON - DAY, "every session", id="the day before"),
        pytest.param(ON, "some", id="day 0"),
        pytest.param(ON + 6 * DAY, "some", id="day 6"),
        pytest.param(ON + 7 * DAY, "none", id="day 7"),
        pytest.param(ON + 700 * DAY, "none", id="years on"),
    ],
)
def test_for_seven_days_one_session_in_four_has_it(
    today: date, held: str, those: tuple[str, str]
) -> None:
    has, has_not = those
    assert step(live(), today, has) == ("pilot" if held == "every session" else None)
    assert step(live(), today, has_not) == (None if held == "none" else "pilot")
    one = live()
    named = (replace(one, id=f"rule-{number}") for number in range(40))
    nobody = {step(each, today, "") for each in named}  # whatever the rule is called
    assert nobody == {None if held == "none" else "pilot"}


def test_it_says_from_when_and_until_when(those: tuple[str, str]) -> None:
    asked = outcome(live(), a_record(COUGH), today=ON)
    held = hold(asked, History(), ON, OURS, "", those[1])
    assert held is not None
    assert held.says == (
        "Not shown: this rule went live on 20 November 2026, and until 27 November 2026 one"
        " session in four has it."
    )
    before = hold(asked, History(), ON - DAY, OURS, "", those[0])
    assert before is not None
    assert before.says == "Not shown: this rule goes live on 20 November 2026."


@pytest.mark.parametrize("name", first(1, ["apple", "berry", "cherry"]))
def test_of_four_thousand_sessions_a_quarter_has_it_and_not_the_same_for_every_rule(
    name: str,
) -> None:
    found = having(live(name), ON)
    assert 900 < len(found) < 1_100  # 1,000 give or take 3.6 standard deviations of 27.4
    both = set(found) & set(having(live("damson"), ON))
    assert 180 < len(both) < 320  # a quarter of the quarter, 250


@given(
    st.text(min_size=1, max_size=80),
    st.integers(0, 6),
    st.integers(0, 6),
    st.integers(18, 99),
    st.lists(st.sampled_from(["wheeze", "copd"]), max_size=2),
)
def test_a_session_has_it_all_week_or_not_at_all_whoever_is_looked_at(
    session: str, one: int, other: int, age: int, conditions: list[str]
) -> None:
    lines = [entry(Kind.CONDITION, name, date="2019-01-01") for name in conditions]
    somebody = a_record(COUGH, *lines)
    person = replace(somebody.person, id=f"somebody-{age}-{len(lines)}")
    another = PatientRecord(person, somebody.by_code, somebody.unread, somebody.booking)
    first = step(live(), ON + one * DAY, session)
    assert first == step(live(), ON + one * DAY, session)
    assert first == step(live(), ON + other * DAY, session, another)


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(live(purpose=Purpose.SAFETY_NET), id="a safety net"),
        pytest.param(live(on=None), id="released before the day was written down"),
        pytest.param(live(status=Status.PILOT), id="in pilot"),
        pytest.param(
            replace(rule(), status=Status.LIVE, care=replace(rule().care, released=None)),
            id="never released",
        ),
    ],
)
def test_what_has_no_first_week_is_shown_to_every_session(one: Rule) -> None:
    assert first_week(one) is None
    assert len(having(one, ON, ["", *SESSIONS[:40]])) == 41


def test_a_rule_in_shadow_is_held_by_shadow_alone() -> None:
    shadowed = live(status=Status.SHADOW)
    assert {step(shadowed, ON, each) for each in ("", *SESSIONS[:40])} == {"shadow"}


def test_a_day_at_the_end_of_time_is_no_fault() -> None:
    assert first_week(live(on=date.max)) == (date.max - 7 * DAY, date.max)


# ---- what is kept, and what is told ---


def test_what_is_kept_of_other_rules_does_not_say_which_session_looked(
    those: tuple[str, str],
) -> None:
    rules = (live(), rule("berry", purpose="information", offers=tag("apple")), rule("cherry"))

    def chosen(session: str) -> Choice:
        return choose(
            evaluate(rules, a_record(COUGH), (), ON), History(), ON, OURS, session=session
        )

    kept = {
        session: {
            way.rule.id: [each for each in way.steps if each.name != "card"]
            for way in alike(chosen(session), ON)
        }
        for session in those
    }
    has, has_not = those
    assert [one.id for one in chosen(has).prompts[0].rules] == ["apple", "berry", "cherry"]
    assert [one.rule.id for one in chosen(has_not).held] == ["apple"]
    assert kept[has].pop("apple")  # it is on the card, which says so itself
    assert kept[has] == kept[has_not]


def test_the_day_on_which_the_week_ends_is_told_ahead() -> None:
    case = Case(live(), a_record(COUGH))
    assert case.on(ON + DAY).word == "in its first week"
    assert {ON, ON + 7 * DAY} <= set(edges(case, ON - 2 * DAY))
    assert when_next(case, ON) == Change(ON + 7 * DAY, "prompt")
    assert when_next(case, ON + 6 * DAY) == Change(ON + 7 * DAY, "prompt")
    assert case.on(ON + 7 * DAY).word == "prompt"
    told = report(case, ON)
    assert told.headline.endswith("until 27 November 2026 one session in four has it.")
    assert told.when_next == "on 27 November 2026 it changes: prompt"


GROWN = rule(
    purpose="information",
    offers=tag("apple"),
    when="{all: [has_cough, {age: {at_least: 18}}]}",
    quiet="{topic: coughing}",
)


@given(
    st.integers(-30, 30),
    st.dates(date(2008, 11, 1), date(2009, 1, 31)),
    st.dates(date(2025, 10, 1), TODAY),
)
def test_when_next_is_what_asking_every_day_would_find(ago: int, born: date, no: date) -> None:
    one = replace(GROWN, status=Status.LIVE, care=live(on=TODAY - ago * DAY).care)
    record = a_record(COUGH, person=a_person(born=f"{born}"))
    case = Case(one, record, (said(Reply.DECLINED, f"{no}"),))
    words = [(TODAY + ahead * DAY, case.on(TODAY + ahead * DAY).word) for ahead in range(80)]
    changed = [(day, word) for day, word in words if word != words[0][1]]
    change = when_next(case, TODAY)
    found = (change.day, change.becomes) if change and change.day <= words[-1][0] else None
    assert found == (changed[0] if changed else None)


def test_what_would_change_an_answer_is_told_as_if_the_week_were_over() -> None:
    nobody = report(Case(live(), a_record()), ON)
    over = report(Case(live(on=None), a_record()), ON)
    assert (nobody.word, nobody.what_if) == ("no prompt", over.what_if)
    assert over.what_if
    assert report(Case(live(), a_record(COUGH)), ON).what_if == ()


def test_stories_are_about_the_rule_and_not_about_its_first_week() -> None:
    text = released_text(**LIVE).replace('"}', f'", on: {TODAY}}}')
    loaded = load_text(text)
    (one,) = loaded.library.rules
    assert first_week(one) is not None
    assert all(tell(one, story).right for story in loaded.stories[one.id])
