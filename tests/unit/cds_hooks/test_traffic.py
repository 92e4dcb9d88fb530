"""Places for calls at work, and room for bodies that arrive: shared, and given back."""

from contextlib import ExitStack

import pytest

from cds_hooks.refusals import Busy
from cds_hooks.traffic import Traffic


def test_of_several_clients_none_takes_more_than_half_of_the_places() -> None:
    traffic = Traffic(most=8, shared=True)
    with ExitStack() as work:
        for _ in range(4):
            work.enter_context(traffic.place("greedy"))
        with pytest.raises(Busy), traffic.place("greedy"):
            pass
        for _ in range(4):
            work.enter_context(traffic.place("other"))
        with pytest.raises(Busy), traffic.place("third"):
            pass
    assert (traffic.at_work, traffic.too_many) == (0, 2)
    with traffic.place("greedy"):
        assert traffic.at_work == 1


def test_one_client_alone_may_have_every_place() -> None:
    traffic = Traffic(most=3)
    with traffic.place(""), traffic.place(""), traffic.place(""):
        assert traffic.at_work == 3
        with pytest.raises(Busy), traffic.place(""):
            pass


def test_a_place_is_given_back_however_a_call_ends() -> None:
    traffic = Traffic()
    with pytest.raises(ConnectionResetError), traffic.place("us"):
        raise ConnectionResetError
    assert traffic.at_work == 0


def test_of_several_clients_none_fills_more_than_half_of_the_room_for_bodies() -> None:
    traffic = Traffic(most_arriving=100, shared=True)
    traffic.arrived("greedy", 50)
    with pytest.raises(Busy):
        traffic.arrived("greedy", 1)
    traffic.arrived("other", 50)
    with pytest.raises(Busy):
        traffic.arrived("third", 1)
    traffic.whole("greedy", 50)
    traffic.arrived("third", 50)
    assert traffic.arriving == 100
