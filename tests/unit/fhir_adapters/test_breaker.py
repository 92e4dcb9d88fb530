"""The breaker: opens after 5 failures in 10 seconds or half of the last 20; one trial after 15."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fhir_adapters.breaker import LONGEST_WAIT, Breaker


class Time:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def call(breaker: Breaker, *, well: bool | None) -> bool:
    """One call that is let in and comes out again; False if it was not let in."""
    number = breaker.let_in()
    if number is None:
        return False
    breaker.came_out(number, well=well)
    return True


def an_open_one() -> tuple[Time, Breaker]:
    time = Time()
    breaker = Breaker(time)
    for _ in range(5):
        assert call(breaker, well=False)
    return time, breaker


def test_five_failures_in_ten_seconds_open_it() -> None:
    time = Time()
    breaker = Breaker(time)
    for _ in range(5):
        assert call(breaker, well=False)
        time.now += 2.5
    assert breaker.let_in() is None


def test_five_failures_in_more_do_not() -> None:
    time = Time()
    breaker = Breaker(time)
    for _ in range(9):
        assert call(breaker, well=False)
        time.now += 2.6
    assert breaker.let_in() is not None


def test_half_of_the_last_twenty_opens_it_however_slowly() -> None:
    time = Time()
    breaker = Breaker(time)
    for number in range(19):
        assert call(breaker, well=number % 2 == 1)
        time.now += 60
    assert call(breaker, well=True)
    assert breaker.let_in() is None


def test_less_than_half_does_not() -> None:
    time = Time()
    breaker = Breaker(time)
    for number in range(100):
        assert call(breaker, well=number % 20 >= 9)
        time.now += 60
    assert breaker.let_in() is not None


def test_after_fifteen_seconds_one_tries_and_the_others_wait() -> None:
    time, breaker = an_open_one()
    time.now += 14.9
    assert breaker.let_in() is None
    time.now += 0.1
    trial = breaker.let_in()
    assert trial is not None
    assert [breaker.let_in() for _ in range(50)] == [None] * 50
    breaker.came_out(trial, well=True)
    assert breaker.let_in() is not None


def test_a_trial_that_is_not_well_begins_the_rest_again() -> None:
    time, breaker = an_open_one()
    time.now += 15
    assert call(breaker, well=False)
    time.now += 14.9
    assert breaker.let_in() is None
    time.now += 0.1
    assert call(breaker, well=True)


def test_a_trial_that_was_given_up_leaves_its_place_to_the_next() -> None:
    time, breaker = an_open_one()
    time.now += 15
    assert call(breaker, well=None)
    assert call(breaker, well=True)
    assert breaker.let_in() is not None


def test_what_comes_out_late_counts_for_nothing() -> None:
    time = Time()
    breaker = Breaker(time)
    late = [breaker.let_in() for _ in range(10)]
    for _ in range(5):
        call(breaker, well=False)
    time.now += 15
    trial = breaker.let_in()
    assert trial is not None
    for number in late:
        assert number is not None
        breaker.came_out(number, well=True)
    assert breaker.let_in() is None
    breaker.came_out(trial, well=True)
    for number in late:
        assert number is not None
        breaker.came_out(number, well=False)
    assert breaker.let_in() is not None


def test_a_wait_is_waited_and_has_an_end() -> None:
    time = Time()
    breaker = Breaker(time)
    breaker.wait(20)
    breaker.wait(3)  # the longer one holds
    time.now += 19.9
    assert breaker.let_in() is None
    time.now += 0.1
    assert breaker.let_in() is not None
    breaker.wait(1e12)
    time.now += LONGEST_WAIT
    assert breaker.let_in() is not None


class AnyCourse(RuleBasedStateMachine):
    """Whatever happens in whatever order, against a telling of T20 that keeps everything."""

    def __init__(self) -> None:
        super().__init__()
        self.time = Time()
        self.breaker = Breaker(self.time)
        self.inside: list[tuple[int, int]] = []  # the breaker's number, and the model's era
        self.era = 0
        self.history: list[tuple[float, bool]] = []  # of this era
        self.opened: float | None = None
        self.trial = False
        self.until = 0.0

    @rule(seconds=st.sampled_from([0.1, 1.0, 2.0, 5.0, 9.9, 15.0, 60.0]))
    def time_passes(self, seconds: float) -> None:
        self.time.now += seconds

    @rule(seconds=st.sampled_from([0.0, 1.0, 30.0, 1e9]))
    def the_server_asks_to_wait(self, seconds: float) -> None:
        self.breaker.wait(seconds)
        self.until = max(self.until, self.time.now + min(seconds, LONGEST_WAIT))

    @rule()
    def a_call_comes(self) -> None:
        number = self.breaker.let_in()
        waits = self.time.now < self.until
        rests = self.opened is not None and (self.trial or self.time.now - self.opened < 15)
        assert (number is None) == (waits or rests)
        if number is not None:
            self.inside.append((number, self.era))
            self.trial = self.opened is not None

    @precondition(lambda self: self.inside)
    @rule(data=st.data(), well=st.sampled_from([True, False, False, None]))
    def a_call_comes_out(self, data: st.DataObject, well: bool | None) -> None:
        which = data.draw(st.integers(0, len(self.inside) - 1))
        number, era = self.inside.pop(which)
        self.breaker.came_out(number, well=well)
        if era != self.era:
            return
        if self.opened is not None:
            self.trial = False
            if well is not None:
                self._turn(None if well else self.time.now)
        elif well is not None:
            self.history.append((self.time.now, well))
            lately = [well for _, well in self.history[-20:]]
            failures = [when for when, well in self.history if not well]
            quick = len(failures) >= 5 and self.time.now - failures[-5] <= 10
            if quick or (len(lately) == 20 and lately.count(False) >= 10):
                self._turn(self.time.now)

    def _turn(self, opened: float | None) -> None:
        self.opened, self.trial, self.history = opened, False, []
        self.era += 1

    @invariant()
    def at_most_one_tries(self) -> None:
        if self.opened is not None:
            assert sum(era == self.era for _, era in self.inside) <= 1


TestAnyCourse = AnyCourse.TestCase
# Each is a course of 50 steps.
TestAnyCourse.settings = settings(max_examples=settings().max_examples // 5)
