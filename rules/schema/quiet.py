"""When people are left alone, as authors write it."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from rules.codes import Code, CodeList
from rules.days import Duration, duration
from rules.reading import Reader
from rules.record import Reply
from rules.rule import Purpose, Quiet
from rules.schema.key import check
from rules.schema.keys import NO_THANKS, PRACTICE_QUIET, QUIET
from rules.schema.lists import read_codes, read_names
from rules.schema.names import Names
from rules.text import Block, Node

# How long each answer is respected where a rule says nothing (PRODUCT 1.4 and 1.5). A rule may be
# quieter than this, never louder. A card that nobody answered waits for as long as "not now": with
# PRODUCT's 14 days up to a third of all cards say nothing new (prompts/README.md, ninety days). So
# does one for which there was no time, and not PRODUCT's 7 days: nobody who answers is asked sooner
# than who does not.
QUIET_DEFAULTS: dict[Reply, Duration] = {
    Reply.SHOWN: Duration(3, "month"),
    Reply.NO_TIME: Duration(3, "month"),
    Reply.NOT_NOW: Duration(3, "month"),
    Reply.DECLINED: Duration(12, "month"),
    Reply.OVERRIDDEN: Duration(3, "month"),
    Reply.ALREADY_DONE: Duration(12, "month"),
    Reply.NOT_RIGHT: Duration(24, "month"),
    Reply.ACCEPTED: Duration(12, "month"),
}
# Silence is no answer where somebody's safety is at stake, and want of time is none either.
_NET = dict.fromkeys((Reply.SHOWN, Reply.NO_TIME, Reply.OVERRIDDEN), Duration(14, "day"))
_NEXT_DAY = Duration(1, "day")  # the soonest: a card never comes back on the day it was answered
# PRODUCT 1.4; a safety net never pauses by itself (RULES 4.9) and has none but what its rule says.
MOST = (3, Duration(12, "month"))

_FORGOTTEN = ("People told us that being asked again feels like not being heard.",)

_PERIODS = {f"after_{str(reply).replace(' ', '_')}": reply for reply in QUIET_DEFAULTS}


def read_quiet(reader: Reader, node: Node, names: Names, purpose: Purpose) -> Quiet | None:
    """When people are left alone: a topic, and how long after each answer."""
    block = reader.block(node, '"quiet"')
    if block is None:
        return None
    check(reader, block, '"quiet"', QUIET)
    topic = reader.get(block, "topic", reader.name)
    # A safety net may speak again sooner: it is about somebody's safety, not about an offer.
    net = purpose is Purpose.SAFETY_NET
    own = _periods(reader, block, "A rule", louder=net)
    periods = {**QUIET_DEFAULTS, **(_NET if net else {}), **own}
    periods = no_answer_louder_than_silence(periods)
    former = tuple(read_names(reader, block, "also_known_as"))
    also = tuple(read_names(reader, block, "also_quiet"))
    declined = read_codes(reader, block, "declined_codes", names)
    not_done = read_codes(reader, block, "not_done_codes", names)
    if topic is None:
        return None
    most = reader.get(block, "most", lambda n: _most(reader, n)) or (None if net else MOST)
    if most is not None and is_louder(*most) and not net:
        reader.stop(
            block.pairs["most"][1].at,
            "E31",
            f"{most[0]} in {most[1]} can come to more than everybody's {MOST[0]} in {MOST[1]}.",
            "A rule may be quieter than the rest, never louder. Type: most: 2 in 12 months",
        )
    hidden = _no_thanks(reader, block, purpose)
    return Quiet(
        topic, periods, former, _all_codes(declined), _all_codes(not_done), most, also, hidden,
        declined_lists=tuple(each.id for each in declined),
        not_done_lists=tuple(each.id for each in not_done),
    )  # fmt: skip


def no_answer_louder_than_silence(periods: Mapping[Reply, Duration]) -> dict[Reply, Duration]:
    """The lengths, none shorter than after no answer at all: whoever answers is not asked sooner.

    Not in a safety net either, and not after "not enough time today".
    """
    silence = periods[Reply.SHOWN]
    return {
        reply: silence if length.is_shorter_than(silence) else length
        for reply, length in periods.items()
    }


def read_practice_quiet(reader: Reader, node: Node) -> Mapping[Reply, Duration] | None:
    """How much longer a practice leaves people alone, whatever its rules say."""
    block = reader.block(node, '"quiet"')
    if block is None:
        return None
    check(reader, block, '"quiet"', PRACTICE_QUIET)
    return _periods(reader, block, "A practice", louder=False)


def _periods(reader: Reader, block: Block, who: str, *, louder: bool) -> dict[Reply, Duration]:
    """The lengths that are written. One shorter than everybody's stops, unless it may be."""
    periods: dict[Reply, Duration] = {}
    for key, reply in _PERIODS.items():
        length = reader.get(block, key, reader.duration)
        if length is None:
            continue
        if louder and length.is_shorter_than(_NEXT_DAY):
            reader.stop(
                block.pairs[key][1].at,
                "E31",
                f"{length} is shorter than a day: it could come back at the same visit.",
                f"Type: {key}: {_NEXT_DAY}",
            )
        elif not louder and length.is_shorter_than(QUIET_DEFAULTS[reply]):
            reader.stop(
                block.pairs[key][1].at,
                "E31",
                f"{length} is shorter than everybody's {QUIET_DEFAULTS[reply]}.",
                f"{who} may be quieter than the rest, never louder.",
                _FORGOTTEN if reply is Reply.DECLINED else (),
            )
        periods[reply] = length
    return periods


def is_louder(most: int, length: Duration) -> bool:
    """Whether so many cards in so long can come to more than everybody's within the same time."""
    usual, year = MOST
    if most > usual:
        return True
    if not length.is_shorter_than(year):
        return False
    # Two or three at once may come twice within the year; single ones when as many steps are short.
    return most > 1 or any(_steps(length, day, usual) < year.after(day) for day in _FOUR_YEARS)


def _steps(length: Duration, day: date, number: int) -> date:
    for _ in range(number):
        day = length.after(day)
    return day


# With every length of month and a leap day.
_FOUR_YEARS = tuple(date(2024, 1, 1) + timedelta(days=days) for days in range(1461))
_MOST = re.compile(r"([1-9]\d?) in (.+)", re.ASCII)


def _most(reader: Reader, node: Node) -> tuple[int, Duration] | None:
    """So many cards at most in so long: "3 in 12 months"."""
    value = reader.text(node)
    if value is None:
        return None
    found = _MOST.fullmatch(value)
    length = duration(found[2]) if found else None
    if found is None or length is None:
        reader.stop(
            node.at, "E08", f'"{value}" is not so many in so long.', "Type: most: 3 in 12 months"
        )
        return None
    return int(found[1]), length


def _no_thanks(reader: Reader, block: Block, purpose: Purpose) -> str:
    """Why "no, thank you" is not on the card; "" where it is."""
    node = block.pairs["no_thanks"][1] if "no_thanks" in block.pairs else None
    inner = reader.block(node, '"no_thanks"') if node is not None else None
    if inner is None or node is None:
        return ""
    check(reader, inner, '"no_thanks"', NO_THANKS)
    hidden = reader.get(inner, "hidden", reader.yes_no)
    because = reader.get(inner, "because", reader.prose)
    if hidden and purpose is Purpose.OFFER:
        reader.stop(
            node.at, "E30", "An offer can always be answered with no.", "Take no_thanks out."
        )
    return (because or "") if hidden else ""


def _all_codes(lists: tuple[CodeList, ...]) -> frozenset[Code]:
    return frozenset(code for code_list in lists for code in code_list.words)
