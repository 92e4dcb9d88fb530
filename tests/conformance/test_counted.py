"""What shadow and cards have counted over months, as /status says it: real counts, a real store."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from cds_hooks.live import Live, in_force
from cds_hooks.store.cases import Case, Sort, Verdict
from cds_hooks.store.counting import Event
from cds_hooks.store.directory import Directory
from cds_hooks.store.opening import Place
from cds_hooks.supporting import Supporting
from rules.care import Released
from rules.fingerprint import judged_as
from rules.record import Reply
from rules.rule import Library, Purpose, Status
from rules.support import Room
from tests.conformance.test_watching import Watched, watched
from tests.directories import walks
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, margaret
from tests.served import NOW, Json, closed, piloting, taken

TODAY = NOW.date()
DAY = timedelta(days=1)
MEANT = "14 days, 100 times and 30 are meant, or 60 days if it is for few."


def of_one(folder: Path, status: Status, purpose: Purpose = Purpose.OFFER, ago: int = -1) -> Live:
    """One rule in force, released so many days ago, where it is said."""
    library: Library = piloting(folder / "practice", COPD_RULE)
    (rule,) = library.rules
    released = Released(1, "0" * 16, TODAY - ago * DAY) if ago >= 0 else None
    care = replace(rule.care, released=released)
    rule = replace(rule, status=status, purpose=purpose, care=care)
    return Live(in_force(replace(library, rules=(rule,)), NOW))


def count(place: Watched, ago: int, rule: str = COPD_RULE, offer: str = "", **times: int) -> None:
    """So many of each outcome on a day so long ago."""
    words = {"held_pilot": "held:pilot", "held_quiet": "held:quiet", "not_now": str(Reply.NOT_NOW)}
    words |= {"already_done": str(Reply.ALREADY_DONE), "no_time": str(Reply.NO_TIME)}
    words["not_right"] = str(Reply.NOT_RIGHT)
    place.answers.count(
        event
        for name, many in times.items()
        for event in [Event(TODAY - ago * DAY, rule, offer, words.get(name, name))] * many
    )


def forty_cards(place: Watched) -> Iterator[Json]:
    """Each about somebody else, and eight for each who looks."""
    for number in range(40):
        call = place.a_call(margaret(f"p{number}"), of=f"p{number}")
        call["context"]["userId"] = f"Practitioner/{number // 8}"
        yield place.ask(call).card


def the_rule(place: Watched) -> Json:
    (found,) = place.status()["rules"]
    return dict(found)


def test_a_rule_in_shadow_says_how_often_it_was_asked_and_what_is_meant(tmp_path: Path) -> None:
    with watched(tmp_path, of_one(tmp_path, Status.SHADOW)) as (place, watching):
        assert "shadow" not in the_rule(place), "nobody has looked into the store yet"
        watching.look()
        says = f"In shadow nobody has asked it yet; {MEANT}"
        assert the_rule(place)["shadow"] == {"enough": False, "says": says}
        for ago in range(1, 10):
            count(place, ago, looked=9, shadow=2, held_quiet=4)
        count(place, 9, looked=6, shadow=3)
        count(place, 9, offer="refer:tea", shadow=40)  # an offer of the same
        count(place, 181, looked=500, shadow=100)  # too long ago
        count(place, 2, rule=RESULTS_RULE, looked=500, shadow=100)
        place.pass_time(minutes=10)
        watching.look()
        says = (
            f"In shadow it was asked on 9 days, 87 times, and would have spoken 21 times; {MEANT}"
        )
        assert the_rule(place)["shadow"] == {"enough": False, "says": says}
        assert says in place.page()
        count(place, 180, looked=900, shadow=30)
        for ago in range(20, 24):
            count(place, ago, looked=1)
        place.pass_time(minutes=10)
        watching.look()
        assert the_rule(place)["shadow"]["enough"] is True
        assert "on 14 days, 991 times, and would have spoken 51 times. That is enough." in (
            place.page()
        )


def test_how_far_a_clinician_has_judged_it_is_said(tmp_path: Path) -> None:
    live = of_one(tmp_path, Status.SHADOW)
    (rule,) = live.rules.library.rules
    version, day = judged_as(rule), NOW.date()
    with watched(tmp_path, live) as (place, watching):
        cases = place.answers.cases()
        many: dict[Sort, int] = {"shown": 12, "silent": 9}
        drawn = [
            Case(COPD_RULE, version, sort, f"{one:032x}", f"p{one}", day)
            for sort, number in many.items()
            for one in range(number)
        ]
        left = Case(COPD_RULE, "another", "shown", "f" * 32, "somebody", day)
        cases.keep([*drawn, left], [])
        for case in drawn:
            one = (case.rule, case.version, case.sort, case.who)
            cases.judge(one, Verdict.RIGHT, day)
        watching.look()
        says = (
            "Judged by a clinician: 12 of 30 for whom it would be shown, and 9 of 30 for whom it"
            " would not."
        )
        found = the_rule(place)["judged"]
        assert found["enough"] is False
        assert str(found["says"]).startswith(f"{says} 0 wrong of 12: ")
        assert says in place.page()
        assert cases.next(COPD_RULE, "another") is None  # it is not judged as that any more


def test_only_the_days_since_it_is_in_shadow_count(tmp_path: Path) -> None:
    with watched(tmp_path, of_one(tmp_path, Status.SHADOW, ago=3)) as (place, watching):
        for ago in range(1, 40):
            count(place, ago, looked=10, shadow=5)
        watching.look()
        says = the_rule(place)["shadow"]["says"]
        assert says.startswith("In shadow it was asked on 3 days, 30 times, and would have spoken")


def test_what_is_shown_has_no_such_sentence(tmp_path: Path) -> None:
    with watched(tmp_path, of_one(tmp_path, Status.PILOT)) as (place, watching):
        count(place, 1, looked=10, shown=5)
        watching.look()
        assert "shadow" not in the_rule(place)
        assert "are meant" not in place.page()


# ---- cards that hardly lead to answers ---

ASKS = "Is it worth asking? Look at its words and whom it is for."


def test_a_rule_that_is_hardly_answered_is_said_without_blame(tmp_path: Path) -> None:
    with watched(tmp_path, of_one(tmp_path, Status.PILOT)) as (place, watching):
        count(place, 90, looked=20, shown=20)
        count(place, 1, shown=100, accepted=3, declined=2, not_now=2, already_done=2)
        count(place, 1, closed=40, no_time=30, taken=20)  # no answer of anybody
        count(place, 1, offer="refer:tea", accepted=80)  # of an offer, beside the card's own
        count(place, 91, shown=500, accepted=500)  # before these 90 days
        watching.look()
        says = f"Of 120 cards in 90 days 9 led to an answer. {ASKS} Think about retiring it."
        assert place.status()["hardlyAnswered"] == [{"rule": COPD_RULE, "says": says}]
        assert says in place.page()
        assert "Hardly answered" in place.page()
        count(place, 2, accepted=20)
        place.pass_time(minutes=10)
        watching.look()
        (one,) = place.status()["hardlyAnswered"]
        assert one["says"] == f"Of 120 cards in 90 days 29 led to an answer. {ASKS}"
        count(place, 2, accepted=7)
        place.pass_time(minutes=10)
        watching.look()
        assert "hardlyAnswered" not in place.status(), "36 of 120 are three in ten"
        assert "Hardly answered" not in place.page()


def test_nothing_is_said_before_ninety_days_nor_of_a_rule_in_shadow(tmp_path: Path) -> None:
    with watched(tmp_path, of_one(tmp_path, Status.PILOT)) as (place, watching):
        count(place, 89, shown=400)
        watching.look()
        assert "hardlyAnswered" not in place.status()
        place.pass_time(days=1)
        watching.look()
        assert len(place.status()["hardlyAnswered"]) == 1
    with watched(tmp_path, of_one(tmp_path, Status.SHADOW)) as (place, watching):
        place.pass_time(days=1)
        watching.look()
        assert "hardlyAnswered" not in place.status()


def test_nobody_is_asked_to_retire_a_safety_net(tmp_path: Path) -> None:
    with watched(tmp_path, of_one(tmp_path, Status.PILOT, Purpose.SAFETY_NET)) as (place, watching):
        count(place, 90, shown=40)
        watching.look()
        (one,) = place.status()["hardlyAnswered"]
        assert one["says"] == f"Of 40 cards in 90 days none led to an answer. {ASKS}"


def test_real_answers_to_real_cards_are_what_is_counted(tmp_path: Path) -> None:
    with watched(tmp_path, of_one(tmp_path, Status.PILOT)) as (place, watching):
        for number, card in enumerate(forty_cards(place)):
            if number < 3:
                no = next(s for s in card["suggestions"] if s["label"].startswith("No, thank"))
                assert place.tell(taken(card, no, place.now)).status == 200
            elif number < 30:
                reason = "limited-time" if number % 2 else "action-not-priority"
                assert place.tell(closed(card, place.now, reason)).status == 200
        place.pass_time(days=90)
        watching.look()
        (one,) = place.status()["hardlyAnswered"]
        assert one["says"].startswith("Of 40 cards in 90 days 3 led to an answer.")


def test_a_card_with_several_answers_led_to_an_answer_once(tmp_path: Path) -> None:
    """Two offers that were taken, and a no on second thoughts, are one card of forty."""
    with watched(tmp_path, of_one(tmp_path, Status.PILOT)) as (place, watching):
        for number, card in enumerate(forty_cards(place)):
            if number < 5:
                words = ("No, thank", "Refer", "Not now")
                for one in [s for s in card["suggestions"] if s["label"].startswith(words)]:
                    assert place.tell(taken(card, one, place.now)).status == 200
                    place.now += timedelta(minutes=1)
        place.pass_time(days=90)
        watching.look()
        (one,) = place.status()["hardlyAnswered"]
        assert one["says"].startswith("Of 40 cards in 90 days 5 led to an answer.")


def test_of_the_days_before_that_was_counted_each_answer_counts(tmp_path: Path) -> None:
    with watched(tmp_path, of_one(tmp_path, Status.PILOT)) as (place, watching):
        count(place, 90, shown=20)
        count(place, 30, shown=80, accepted=4)
        count(place, 10, accepted=3, answered=2)
        watching.look()
        (one,) = place.status()["hardlyAnswered"]
        assert one["says"].startswith("Of 100 cards in 90 days 6 led to an answer.")


def test_a_card_for_which_there_is_no_time_is_our_timing(tmp_path: Path) -> None:
    with watched(tmp_path, of_one(tmp_path, Status.PILOT)) as (place, watching):
        count(place, 5, shown=39, no_time=9, accepted=30)
        count(place, 0, shown=20, no_time=20)  # today is not over
        watching.look()
        assert "ourTiming" not in place.status()
        count(place, 5, shown=1, no_time=1)
        place.pass_time(minutes=10)
        watching.look()
        says = (
            "Of 40 cards in 90 days 10 were closed for want of time. That is our timing, and nobody"
            " else's: would another moment be better, or another role?"
        )
        assert place.status()["ourTiming"] == [{"rule": COPD_RULE, "says": says}]
        assert "No time for it" in place.page()
        count(place, 5, shown=1)
        place.pass_time(minutes=10)
        watching.look()
        assert "ourTiming" not in place.status(), "ten of 41 are fewer than a quarter"


def test_what_is_not_right_for_many_is_told_for_its_review(tmp_path: Path) -> None:
    with watched(tmp_path, of_one(tmp_path, Status.PILOT)) as (place, watching):
        count(place, 5, shown=29, not_right=5)
        watching.look()
        assert "notRight" not in place.status(), "of fewer than 30 cards nothing is said"
        count(place, 5, shown=21)
        place.pass_time(minutes=10)
        watching.look()
        (one,) = place.status()["notRight"]
        assert one["says"].startswith(
            "Of 50 cards in 90 days 5 were closed as not right for the person."
        )
        assert "Not right for the person" in place.page()
        count(place, 5, shown=1)
        place.pass_time(minutes=10)
        watching.look()
        assert "notRight" not in place.status(), "five of 51 are fewer than a tenth"


def test_what_was_done_and_is_not_on_the_record_is_said(tmp_path: Path) -> None:
    with watched(tmp_path, of_one(tmp_path, Status.PILOT)) as (place, watching):
        for number in range(3):
            watching.look()
            assert "toBeCoded" not in place.status()
            name = f"p{number}"
            card = place.ask(place.a_call(margaret(name), of=name)).card
            assert place.tell(closed(card, place.now, "action-completed")).status == 200
        place.pass_time(days=1)
        watching.look()
        (one,) = place.status()["toBeCoded"]
        assert one["says"].startswith("3 cards in 90 days were closed as offered or done already.")
        assert "Done, and not on the record" in place.page()


def test_what_several_were_told_is_not_available_is_told_to_whoever_keeps_the_list(
    tmp_path: Path,
) -> None:
    with watched(tmp_path, of_one(tmp_path, Status.PILOT)) as (place, watching):
        for number in range(3):
            watching.look()
            assert "resting" not in place.status()
            name = f"p{number}"
            card = place.ask(place.a_call(margaret(name), of=name)).card
            assert place.tell(closed(card, place.now, "service-not-available")).status == 200
            place.pass_time(minutes=10)
        watching.look()
        (one,) = place.status()["resting"]
        assert (one["service"], one["rules"]) == ("copd-living-well", [COPD_RULE])
        assert one["lastToldNot"] == TODAY.isoformat()
        assert "Not available, for whoever keeps the list of services" in place.page()
        place.pass_time(days=90)
        watching.look()
        assert "resting" not in place.status()


def test_it_is_offered_again_once_the_directory_says_that_there_is_room(tmp_path: Path) -> None:
    live = of_one(tmp_path, Status.PILOT)
    with watched(tmp_path, live) as (place, watching):
        for number in range(3):
            name = f"p{number}"
            card = place.ask(place.a_call(margaret(name), of=name)).card
            assert place.tell(closed(card, place.now, "service-not-available")).status == 200
        directory = Directory(Place(tmp_path / "directory"))
        supporting = Supporting(directory, live, place.clock)
        entry = walks(themes=("breathing", "copd"), last_checked=TODAY)
        directory.take([(entry, "")], TODAY)
        for by in ("Jo Brown", "Sam Green"):
            directory.publish(entry.id, by, TODAY, checked=True)

        def offers() -> list[str]:
            supporting.look()
            watching.look()
            cards = place.ask(place.a_call(margaret())).cards
            labels = [one["label"] for card in cards for one in card["suggestions"]]
            return [label for label in labels if label.startswith("Refer")]

        place.pass_time(days=1)
        assert offers() == []  # it was checked on the day of the answers: before them or after
        directory.set_room(entry.id, Room.FULL, 0, place.now.date())
        directory.set_room(entry.id, Room.OPEN, 0, place.now.date())
        assert len(offers()) == 1
        status = place.status()
        assert "resting" not in status
        (again,) = status["offeredAgain"]
        assert (again["lastToldNot"], again["foundOpen"]) == (str(TODAY), str(TODAY + DAY))
        assert "Offered again" in place.page()
        assert "room found 22 November 2026" in place.page()
        supporting.stop()


def test_what_cannot_be_read_now_is_read_at_the_next_look(tmp_path: Path) -> None:
    with watched(tmp_path, of_one(tmp_path, Status.SHADOW)) as (place, watching):
        count(place, 1, looked=3, shadow=1)
        store, away = tmp_path / "store", tmp_path / "away"
        store.rename(away)
        watching.look()
        assert "shadow" not in the_rule(place)
        away.rename(store)
        watching.look()
        assert "on one day, 3 times" in the_rule(place)["shadow"]["says"]
