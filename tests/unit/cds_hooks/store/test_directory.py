"""The directory of local support, kept: two people publish, and a change waits for two again."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from cds_hooks.store.directory import MOST_SUGGESTED, NAMES_FOR, Came, Directory
from cds_hooks.store.opening import Place
from cds_hooks.store.supports import State
from rules.credits import HERE
from rules.support import Room, Status, Support
from tests.architecture.project import ROOT
from tests.directories import TODAY, walks
from tests.stores import fast_folder, place, postgresql

__all__ = ["fast_folder", "place", "postgresql"]

JO, SAM = "Jo Brown", "Sam Green"
ID = walks().id


@pytest.fixture
def kept(place: Place) -> Iterator[Directory]:
    directory = Directory(place)
    yield directory
    directory.close()


def take(kept: Directory, *entries: Support, came: str = "") -> tuple[int, int, int]:
    """How many are new, changed and as known."""
    taken = kept.take(((one, came) for one in entries), TODAY)
    return len(taken.new), len(taken.changed), len(taken.same)


def by_two(kept: Directory, *names: str, checked: bool = False) -> None:
    for name in names or (ID,):
        assert kept.publish(name, JO, TODAY) is Came.APPROVED
        assert kept.publish(name, SAM, TODAY, checked=checked) is Came.PUBLISHED


def state(kept: Directory, name: str = ID) -> State:
    found = kept.one(name)
    assert found is not None
    return found.state


def shown(kept: Directory) -> list[Support]:
    return [one.entry for one in kept.published()[1]]


def test_what_is_imported_is_shown_to_nobody_until_two_people_published_it(kept: Directory) -> None:
    assert take(kept, walks()) == (1, 0, 0)
    assert (state(kept), shown(kept)) == (State.SUGGESTED, [])
    assert kept.publish(ID, JO, TODAY) is Came.APPROVED
    assert (state(kept), shown(kept)) == (State.APPROVED, [])
    for herself in (JO, "  jo   BROWN "):
        assert kept.publish(ID, herself, TODAY) is Came.NEEDS_ANOTHER
    assert shown(kept) == []
    assert kept.publish(ID, SAM, TODAY) is Came.PUBLISHED
    assert (state(kept), shown(kept)) == (State.PUBLISHED, [walks()])
    found = kept.one(ID)
    assert found is not None
    assert found.published_by == (JO, SAM)
    assert kept.publish(ID, "Kim", TODAY) is Came.NOTHING_WAITS
    assert kept.publish("aliss:other", JO, TODAY) is Came.UNKNOWN


def test_what_changed_waits_beside_what_two_people_saw(kept: Directory) -> None:
    take(kept, walks())
    by_two(kept)
    changed = walks(phone="09001 123456")
    assert take(kept, changed) == (0, 1, 0)
    assert take(kept, changed) == (0, 0, 1)
    assert shown(kept) == [walks()]
    assert kept.publish(ID, SAM, TODAY) is Came.APPROVED
    assert shown(kept) == [walks()]
    again = walks(phone="09001 654321")
    assert take(kept, again) == (0, 1, 0)  # another change: nobody has approved of this one
    assert kept.publish(ID, JO, TODAY) is Came.APPROVED
    assert kept.publish(ID, SAM, TODAY) is Came.PUBLISHED
    assert shown(kept) == [again]


def test_a_change_has_waited_since_it_came_however_long_its_entry_was_there(
    kept: Directory,
) -> None:
    kept.take([(walks(), "")], TODAY - timedelta(days=400))
    by_two(kept)
    for day in (TODAY + timedelta(days=30), TODAY + timedelta(days=31)):
        kept.take([(walks(phone="09001 123456"), "")], day)
    found = kept.one(ID)
    assert found is not None
    assert found.since == TODAY + timedelta(days=30)  # that it came again is nothing new


def test_what_its_directory_wrote_goes_with_what_is_on_show(kept: Directory) -> None:
    def came() -> str:
        found = kept.one(ID)
        assert found is not None
        return found.came

    take(kept, walks(), came="first")
    assert came() == "first"
    by_two(kept)
    take(kept, walks(phone="09001 123456"), came="with another number")
    assert came() == "first"
    by_two(kept)
    assert came() == "with another number"
    take(kept, walks(phone="09001 123456", last_checked=TODAY), came="checked")
    assert came() == "checked"


def test_whoever_approved_once_approved_of_that_text_and_no_other(kept: Directory) -> None:
    take(kept, walks())
    kept.publish(ID, JO, TODAY)
    take(kept, walks(about="Something else"))
    assert state(kept) is State.SUGGESTED
    assert kept.publish(ID, SAM, TODAY) is Came.APPROVED


def test_what_changed_while_somebody_looked_is_not_what_they_publish(kept: Directory) -> None:
    take(kept, walks())
    found = kept.one(ID)
    assert found is not None
    take(kept, walks(about="Something else"))
    assert kept.publish(ID, JO, TODAY, seen=found.seen) is Came.NOT_AS_SEEN
    assert state(kept) is State.SUGGESTED


def test_that_it_was_checked_or_has_closed_counts_at_once(kept: Directory) -> None:
    take(kept, walks())
    by_two(kept)
    later = walks(last_checked=date(2026, 11, 1))
    assert take(kept, later) == (0, 0, 1)
    assert shown(kept) == [later]
    assert take(kept, replace(later, status=Status.PAUSED)) == (0, 0, 1)
    assert shown(kept) == []
    assert take(kept, replace(later, status=Status.GONE, about="It has stopped.")) == (0, 1, 0)
    assert (state(kept), shown(kept)) == (State.GONE, [])
    assert take(kept, later) == (0, 0, 1)
    assert shown(kept) == [later]


def test_hidden_gone_and_back(kept: Directory) -> None:
    take(kept, walks())
    by_two(kept)
    for away in (State.HIDDEN, State.GONE):
        assert kept.put_away(ID, away, TODAY)
        assert (state(kept), shown(kept)) == (away, [])
        take(kept, walks())  # an import does not bring it back
        assert shown(kept) == []
        assert kept.put_away(ID, None, TODAY)
        assert shown(kept) == [walks()]
    assert not kept.put_away("aliss:other", State.HIDDEN, TODAY)


def test_what_is_back_without_having_been_published_waits_as_it_did(kept: Directory) -> None:
    take(kept, walks())
    kept.put_away(ID, State.HIDDEN, TODAY)
    kept.put_away(ID, None, TODAY)
    assert (state(kept), shown(kept)) == (State.SUGGESTED, [])


def test_full_waiting_and_open_again(kept: Directory) -> None:
    take(kept, walks())
    by_two(kept)
    for room, weeks, says in ((Room.FULL, 0, 0), (Room.WAITING, 6, 6), (Room.OPEN, 6, 0)):
        assert kept.set_room(ID, room, weeks, TODAY)
        (one,) = kept.published()[1]
        assert (one.room, one.weeks) == (room, says)
        assert (one.checked_here is not None) is (room is Room.OPEN)
    assert not kept.set_room("aliss:other", Room.FULL, 0, TODAY)


def test_a_check_here_counts_where_it_is_the_later_one(kept: Directory) -> None:
    take(kept, walks(last_checked=date(2018, 9, 17)))
    by_two(kept, checked=True)
    (one,) = kept.published()[1]
    assert one.last_checked == TODAY
    assert kept.check(ID, TODAY + timedelta(days=3))
    (one,) = kept.published()[1]
    assert one.last_checked == TODAY + timedelta(days=3)


def test_themes_added_here_stay_when_it_is_imported_again(kept: Directory) -> None:
    take(kept, walks())
    kept.publish(ID, JO, TODAY, themes=("breathing",))
    kept.publish(ID, SAM, TODAY)
    with_theirs = walks(themes=("walking", "outdoors", "breathing"))
    assert shown(kept) == [with_theirs]
    assert take(kept, walks()) == (0, 0, 1)
    assert take(kept, with_theirs) == (0, 0, 1)  # exported here, and read again
    assert shown(kept) == [with_theirs]


def test_whoever_suggested_it_is_neither_of_the_two(kept: Directory) -> None:
    tea = walks("tea", source=HERE)
    assert kept.suggest(tea, TODAY, JO)
    for herself in (JO, " jo  brown"):
        assert kept.publish(tea.id, herself, TODAY) is Came.SUGGESTED_IT
    assert kept.publish(tea.id, SAM, TODAY) is Came.APPROVED
    assert kept.publish(tea.id, JO, TODAY) is Came.SUGGESTED_IT
    assert shown(kept) == []
    assert kept.publish(tea.id, "Kim", TODAY) is Came.PUBLISHED
    found = kept.one(tea.id)
    assert found is not None
    assert (found.suggested_by, found.published_by) == ("", (SAM, "Kim"))


def test_names_go_two_years_after_anybody_did_anything_and_what_they_published_stays(
    kept: Directory,
) -> None:
    tea = walks("tea", source=HERE)
    take(kept, walks(), walks("b"))
    kept.suggest(tea, TODAY, "Kim")
    by_two(kept)
    kept.publish(walks("b").id, JO, TODAY)
    last = TODAY + timedelta(days=NAMES_FOR)
    assert kept.let_go_of_names(last) == 0
    assert kept.check(ID, TODAY + timedelta(days=1))
    assert kept.let_go_of_names(last + timedelta(days=1)) == 2
    named = {one.latest.id for one in kept.everything() if one.published_by}
    assert named == {ID}
    assert not [one for one in kept.everything() if one.seen_by or one.suggested_by]
    assert kept.let_go_of_names(last + timedelta(days=2)) == 1
    assert (shown(kept), state(kept)) == ([walks()], State.PUBLISHED)
    assert state(kept, walks("b").id) is State.SUGGESTED  # nobody is known to have approved


def test_of_what_anybody_suggests_only_so_much_waits(kept: Directory) -> None:
    for number in range(MOST_SUGGESTED):
        assert kept.suggest(walks(f"s{number}", source=HERE), TODAY)
    assert not kept.suggest(walks("one-more", source=HERE), TODAY)
    assert take(kept, walks()) == (1, 0, 0)  # imports do not wait for that
    assert kept.drop(f"{HERE}:s0")
    assert kept.suggest(walks("one-more", source=HERE), TODAY)


def test_what_was_published_is_not_dropped(kept: Directory) -> None:
    take(kept, walks())
    by_two(kept)
    assert not kept.drop(ID)
    assert shown(kept) == [walks()]


def test_every_process_sees_it_and_its_turn_says_that_something_changed(place: Place) -> None:
    one, other = Directory(place), Directory(place)
    before = other.turn()
    take(one, walks())
    assert other.turn() != before
    by_two(one)
    turn, (listed,) = other.published()
    assert (turn, listed.entry) == (other.turn(), walks())
    one.close()
    other.close()


def test_where_there_is_none_none_is_made(place: Place) -> None:
    assert Directory.if_there(place) is None
    assert Directory.if_there(place) is None
    Directory(place).close()
    found = Directory.if_there(place)
    assert found is not None
    found.close()


def test_two_people_who_press_at_once_are_both_counted(place: Place) -> None:
    one, other = Directory(place), Directory(place)
    names = [f"w{number}" for number in range(20)]
    take(one, *(walks(name) for name in names))

    def all_of_it(kept: Directory, by: str) -> None:
        for name in names:
            kept.publish(f"aliss:{name}", by, TODAY)

    with ThreadPoolExecutor(2) as both:
        done = [both.submit(all_of_it, one, JO), both.submit(all_of_it, other, SAM)]
        for each in done:
            each.result()
    assert {each.state for each in one.everything()} == {State.PUBLISHED}
    one.close()
    other.close()


WRITER = """
import sys
from cds_hooks.store.directory import Directory
from cds_hooks.store.opening import Place
from cds_hooks.store.supports import State
from pathlib import Path
from tests.directories import TODAY, walks
kept = Directory(Place(Path(sys.argv[1])))
for number in range(10_000):
    kept.take([(walks(f"w{number}"), "")], TODAY)
    kept.publish(f"aliss:w{number}", "Jo", TODAY)
    kept.publish(f"aliss:w{number}", "Sam", TODAY)
    print(number, flush=True)
"""


@pytest.mark.parametrize("after", [3, pytest.param(40, marks=pytest.mark.long)])
def test_killed_at_any_moment_what_was_published_is_there(fast_folder: object, after: int) -> None:
    folder = f"{fast_folder}/store"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, folder], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        last = -1
        for line in process.stdout:
            last = int(line)
            if last == after:
                process.send_signal(signal.SIGKILL)
    kept = Directory(Place(ROOT / folder))
    there = {one.entry.source_id for one in kept.published()[1]}
    assert {f"w{number}" for number in range(last + 1)} <= there
    kept.close()
