"""Which entries of a directory stand on a card, and in what words."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.history import History
from prompts.places import (
    FADES_AFTER,
    HIDES_AFTER,
    MOST_PLACES,
    candidates,
    choose_places,
    distance,
    in_words_of_a_card,
    is_full,
)
from rules.answer import CANNOT_TELL, NO, YES
from rules.codes import SNOMED, Code
from rules.credits import as_words, licence_in_words, whose
from rules.days import in_words
from rules.rule import Service
from rules.schema.wording import more_than_words
from rules.support import Cost, Credit, Listed, Room, Spot, Status, Support, tidy
from tests.directories import TODAY, entries, walks
from tests.lengths import examples
from tests.unit.prompts.asking import OURS, REFER, TEA, chosen, held, on_cards, referring, rule, tag

HERE = (55.80, -4.87)
WALKS = Service("walks", "Walks", Code(SNOMED, "1"), themes=("walking", "outdoors"))
NEXT = timedelta(days=1)


def a(name: str, **given: object) -> Listed:
    return Listed(walks(name, name=name, **given))


def at(kilometres: float) -> tuple[Spot, ...]:
    """A spot so far to the north of here."""
    return (Spot("A hall", "", HERE[0] + kilometres / 111.2, HERE[1]),)


def names(
    *listed: Listed, service: Service = WALKS, language: str = "", today: date = TODAY
) -> str:
    found = candidates(service, listed, today, HERE)
    chosen = choose_places(service, found, today, HERE, language)
    return " ".join(one.entry.name for one in chosen)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({"themes": ("walking", "outdoors")}, {"themes": ("walking",)}, id="themes"),
        pytest.param({"spots": at(1)}, {"spots": at(3)}, id="a walk before a bus"),
        pytest.param({"spots": at(20)}, {"spots": ()}, id="known before unknown"),
        pytest.param({"cost": Cost.FREE}, {"cost": Cost.UNKNOWN}, id="free before perhaps"),
        pytest.param({"cost": Cost.UNKNOWN}, {"cost": Cost.PAID}, id="perhaps before paid"),
        pytest.param({"access": ("Step-free",)}, {"access": ()}, id="step-free"),
        pytest.param({"access": ()}, {"access": ("No wheelchair access",)}, id="no steps first"),
        pytest.param({"languages": ("ur",)}, {"languages": ("pl",)}, id="their own language"),
        pytest.param(
            {"last_checked": TODAY}, {"last_checked": TODAY - 10 * NEXT}, id="checked later"
        ),
        pytest.param(
            {"last_checked": TODAY, "cost": Cost.PAID, "themes": ("walking",)},
            {"last_checked": TODAY - FADES_AFTER * NEXT},
            id="faded comes last whatever it is",
        ),
        pytest.param(
            {"spots": at(1), "cost": Cost.PAID}, {"spots": at(3)}, id="nearer before cheaper"
        ),
        pytest.param({"spots": at(1)}, {"spots": at(1.5), "cost": Cost.PAID}, id="about as far"),
        pytest.param({"online": YES, "spots": ()}, {"spots": at(3)}, id="online is near"),
        pytest.param({}, {}, id="by name"),
    ],
)  # fmt: skip
def test_one_comes_before_the_other(first: dict[str, object], second: dict[str, object]) -> None:
    one, other = a("A", **first), a("B", **second)
    assert names(one, other, language="ur") == names(other, one, language="ur") == "A B"
    if first:
        one, other = a("B", **first), a("A", **second)
        assert names(one, other, language="ur") == "B A"


def test_what_is_further_than_anybody_would_go_is_not_nearby() -> None:
    assert names(a("A", spots=at(39)), a("B", spots=at(41))) == "A"
    assert names(a("B", spots=at(41), online=YES)) == "B"


def test_a_metre_is_no_reason_to_choose() -> None:
    assert (
        names(a("A", spots=at(1.4), cost=Cost.FREE), a("B", spots=at(1), cost=Cost.PAID)) == "A B"
    )


def test_three_at_most_and_only_what_is_looked_for() -> None:
    assert len(names(*(a(f"W{number}") for number in range(9))).split()) == MOST_PLACES
    assert names(a("A", themes=("singing",))) == ""
    assert names(a("***")) == ""  # a card could not name it
    assert names(a("A"), service=replace(WALKS, themes=())) == ""
    assert (
        names(a("A"), a("B", kinds=("course",)), service=replace(WALKS, kinds=("course",))) == "B"
    )
    for status in (Status.PAUSED, Status.GONE):
        assert names(a("A", status=status)) == ""


@pytest.mark.parametrize(
    ("days", "there"),
    [(0, True), (FADES_AFTER, True), (HIDES_AFTER - 1, True), (HIDES_AFTER, False)],
)
def test_what_nobody_checked_for_a_year_is_hidden(days: int, there: bool) -> None:
    assert bool(names(a("A", last_checked=TODAY - days * NEXT))) is there


@pytest.mark.parametrize(
    ("days", "first", "says"),
    [
        (FADES_AFTER - 1, "A B", "last checked 27 May 2026"),
        (FADES_AFTER, "B A", "last checked 26 May 2026, some time ago"),
    ],
)
def test_it_fades_on_the_180th_day_and_not_on_the_one_before(
    days: int, first: str, says: str
) -> None:
    old = a("A", last_checked=TODAY - days * NEXT)
    later = a("B", last_checked=TODAY, cost=Cost.PAID)
    assert names(old, later) == names(later, old) == first
    assert in_words_of_a_card(old, TODAY, None).endswith(says)


def test_what_was_never_checked_is_hidden_until_somebody_here_does() -> None:
    never = a("A", last_checked=None)
    assert names(never) == ""
    assert names(replace(never, checked_here=TODAY)) == "A"


def test_what_is_full_is_not_chosen_and_all_of_it_full_rests_the_offer() -> None:
    full, waiting = replace(a("A"), room=Room.FULL), replace(a("B"), room=Room.WAITING, weeks=6)
    assert names(full, waiting, a("C")) == "C"
    assert not is_full([full, waiting, a("C")])
    assert is_full([full, waiting])
    assert not is_full([])


def test_a_rule_whose_one_offer_is_full_by_the_directory_says_nothing_and_why() -> None:
    full = replace(OURS, nearby={"tea-group": (replace(a("Tea"), room=Room.FULL),)})
    choice = chosen(rule(), practice=full)
    assert [one.says for one in choice.held] == [
        "Not shown: what it offers has no room, as the directory of local support says."
    ]
    both = chosen(rule(), practice=full, history=History(capacity={TEA: TODAY}))
    assert [one.says for one in both.held] == [
        "Not shown: what it offers has no room, as several people were told lately."
    ]
    prompt = chosen(rule(offers=REFER + tag("t")), practice=full).prompt
    assert prompt is not None
    assert [one.label for one in prompt.proposals][:-2] == ["Tag t"]


# Its directory says that it checked today: of the entry, not of whether anybody can come.
TEA_GROUP = walks(last_checked=TODAY)
TOLD = TODAY - 10 * NEXT  # when the last of several people were told that it is not available


@pytest.mark.parametrize(
    ("near", "rests"),
    [
        pytest.param(
            Listed(TEA_GROUP, checked_here=TOLD + NEXT),
            False,
            id="found open after the last answer",
        ),
        pytest.param(
            Listed(TEA_GROUP, checked_here=TOLD),
            True,
            id="found open on the day of the last answer",
        ),
        pytest.param(Listed(TEA_GROUP), True, id="nobody here has looked"),
        pytest.param(
            Listed(TEA_GROUP, Room.FULL, checked_here=TODAY), True, id="looked at, and still full"
        ),
    ],
)
def test_an_offer_rests_until_somebody_here_finds_that_there_is_room(
    near: Listed, rests: bool
) -> None:
    ours = replace(OURS, nearby={"tea-group": (near,)})
    choice = chosen(rule(), practice=ours, history=History(capacity={TEA: TOLD}))
    assert [held.step for held in choice.held] == (["capacity"] if rests else [])
    if not rests:
        says = [step.says for way in choice.ways for step in way.steps if step.name == "capacity"]
        found = in_words(TOLD + NEXT)
        assert says == [
            f"It was full, and somebody here found on {found} that there is room again."
        ]


def test_that_one_entry_was_looked_at_says_nothing_of_another() -> None:
    """One is open as far as its directory knows, and whoever looked here found the other full."""
    entries = (Listed(TEA_GROUP), replace(a("Tea"), room=Room.FULL, checked_here=TODAY))
    ours = replace(OURS, nearby={"tea-group": entries})
    choice = chosen(rule(), practice=ours, history=History(capacity={TEA: TOLD}))
    assert held(choice) == [("apple", "capacity")]


def test_a_service_that_was_called_otherwise_is_found_open_by_its_new_name() -> None:
    found = Listed(walks(), checked_here=TODAY)
    ours = replace(OURS, nearby={"tea-circle": (found,)})
    now, full = (
        referring("tea-circle", was="tea-group"),
        History(capacity={TEA: TODAY - timedelta(days=1)}),
    )
    assert on_cards(chosen(now, practice=ours, history=full)) == [["coughing"]]
    assert held(chosen(now, history=full)) == [("coughing", "capacity")]


def test_a_card_with_two_referrals_shows_three_places_in_all() -> None:
    near = tuple(a(f"W{number}") for number in range(4))
    ours = replace(OURS, nearby={"tea-group": near[:2], "copd-living-well": near})
    two = REFER + "\n- refer: {label: Other, service: copd-living-well}"
    prompt = chosen(rule(offers=two + tag("t")), practice=ours).prompt
    assert prompt is not None
    shown = [[place.entry.name for place in one.places] for one in prompt.proposals]
    assert shown == [["W0", "W1"], ["W2"], [], [], []]
    assert prompt.detail.count("last checked") == 3
    assert prompt.detail.count("From ALISS") == 1


def test_how_far_it_is_is_told_to_the_nearest_of_its_places() -> None:
    assert distance(walks(spots=(*at(10), *at(2))), HERE) == pytest.approx(2, abs=0.01)
    assert distance(walks(spots=(Spot("A hall"),)), HERE) is None
    assert distance(walks(), None) is None
    assert candidates(WALKS, [a("A", spots=at(500))], TODAY, None)
    london, edinburgh = (51.5074, -0.1278), (55.9533, -3.1883)
    there = walks(spots=(Spot("Castle", "", *edinburgh),))
    assert distance(there, london) == pytest.approx(534, abs=2)


def test_a_line_of_a_card_says_where_what_and_when_it_was_checked() -> None:
    one = a("Hill Walking", phone="01475 123456", access=("Step-free",), languages=("gd", "xx"))
    assert in_words_of_a_card(one, TODAY, (55.80, -4.83)) == (
        "Hill Walking: Car park, 40 Greenock Road, Largs, about 2 miles from here, free, step-free,"
        " in Gaelic, ring 01475 123456, last checked 1 September 2026"
    )
    wait = a("Listening", spots=(), cost=Cost.UNKNOWN, wait="up to 6 weeks; www.wait.example")
    assert in_words_of_a_card(wait, TODAY, None) == (
        "Listening: waiting time up to 6 weeks, wait. example, last checked 1 September 2026"
    )
    old = a("Talk", spots=(), areas=("Ayrshire",), cost=Cost.PAID, last_checked=date(2026, 1, 2))
    assert in_words_of_a_card(old, TODAY, None) == (
        "Talk: Ayrshire, costs something, last checked 2 January 2026, some time ago"
    )


def test_whose_it_is_is_said_with_its_licence_and_its_lines() -> None:
    assert whose(walks()) == "ALISS, CC BY 4.0. Contains contributions from ALISS users"
    ogl = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
    assert licence_in_words(ogl) == "Open Government Licence v3"
    assert whose(walks(source="my-city", licence="", credits=(Credit("<b>x"),))) == (
        "My city, licence not said. b x"
    )


PIECES = (
    "www.", "WWW.evil.example", "https://", "//", "![", "](", "[x]: y", "<img", "&#60;", "&lt;",
    "```", "~~", "a@b.example", "# x", "- x", "1. x", "| - |", "***", "> x", "\\", "[^1]", "    x",
    "evil.com",
)  # fmt: skip
MADE_OF_PIECES = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=6).map("".join)
SIGNS = "<>[]()!*_`~#|\\&;:/.@=-+ \n\t wwWe1.x)\"'é\u0301\u200bＡ٣/"
HOSTILE = MADE_OF_PIECES | st.text(st.sampled_from(SIGNS), max_size=60) | st.text(max_size=60)


@settings(max_examples=examples(100, 2_000))
@given(text=HOSTILE)
def test_a_text_from_outside_is_no_more_than_words_on_a_card(text: str) -> None:
    said = as_words(text)
    assert more_than_words(f"- {said}: a line, {said}, {said}") == ""
    assert more_than_words(said) == ""
    assert "<" not in said
    assert as_words(said) == said


@pytest.mark.parametrize("phone", ["+44 1294 234567", "(01294) 234567", "01294 234567 ext. 5"])
def test_a_card_has_the_telephone_number_as_people_ring_it(phone: str) -> None:
    entry, left_out = tidy(walks(phone=phone), TODAY)
    assert left_out == ()
    assert f"ring {phone}," in in_words_of_a_card(Listed(entry), TODAY, HERE)


@settings(max_examples=examples(60, 1_000))
@given(entry=entries, hostile=HOSTILE)
def test_a_line_of_a_card_is_no_more_than_words(entry: Support, hostile: str) -> None:
    spoilt = replace(entry, name=hostile, credits=(Credit(hostile),), licence=hostile)
    for one in (entry, spoilt):
        line = in_words_of_a_card(Listed(one), TODAY, HERE)
        assert more_than_words(f"- {line}") == ""
        assert more_than_words(f"From {whose(one)}.") == ""


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Step-free access", YES),
        ("Wheelchair access is possible on all levels", YES),
        ("No steps", YES),
        ("There is no wheelchair access", NO),
        ("Not step-free", NO),
        ("Induction loop", CANNOT_TELL),
    ],
)
def test_whether_somebody_in_a_wheelchair_can_get_in(said: str, answer: object) -> None:
    assert walks(access=(said,)).step_free is answer
