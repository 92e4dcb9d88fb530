"""The kit finds nothing in our own service, and tries there what can be tried from outside."""

from collections.abc import Iterator

import pytest

from cds_hooks import clock
from cds_hooks.conformance.examine import Examined, Wanted, examine
from cds_hooks.conformance.notes import Status
from tests.conformance_kit.serving import found
from tests.running import demo_running


@pytest.fixture(scope="module")
def examined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examined]:
    """The demo, examined as `goodday conformance` does it."""
    with demo_running(tmp_path_factory.mktemp("demo")) as address:
        yield examine(Wanted(address, clock.now, origin="http://localhost:4000"))


def test_nothing_is_found_in_our_own_service(examined: Examined) -> None:
    assert found(examined) == {}
    assert {one.hook for one in examined.asked} == {"patient-view", "appointment-book"}


# What could not be tried is not passed: a kit that got no card would pass on everything else.
TRIED = (
    "D1 D2 D4 D5 D6 D7 D8 D13 P1 P2 P3 P5 P6 Q1 Q2 Q3 Q4 Q5 Q6 Q7 Q8 Q9 R1 R2 R3 R4 R6 R8 R9 F5"
    " S1 S2 S5 S7 J1 J2 J3 J5 C1 C2 C3 C6 C7 C8 C9 C10 C16 C17 C20 C22 C23 C30 C31 C32"
    " B1 B2 B3 B4 B5 B6 B7 B8 B11 E1 E2 E3 E4 E5 E6 E7 E8 E9 O1 O2 O3 O4 O5 O6 O7 O8 L1"
)


def test_what_can_be_tried_without_a_token_was_tried(examined: Examined) -> None:
    passed = {one.requirement.id for one in examined.of(Status.PASSED)}
    assert set(TRIED.split()) - passed == set()


@pytest.mark.long
def test_what_was_not_tried_says_why(examined: Examined) -> None:
    assert all(one.why for one in examined.of(Status.NOT_TRIED))
