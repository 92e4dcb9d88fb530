"""Entries of directories for tests: any that may be kept, and some in words."""

import string
from datetime import date
from typing import Any

from hypothesis import strategies as st

from rules.answer import Answer
from rules.support import KINDS, Cost, Credit, Join, NotAnEntry, Spot, Status, Support, tidy

# What a directory sends: nothing narrower is known of it.
Json = dict[str, Any]
TODAY = date(2026, 11, 22)

_texts = st.one_of(st.text(max_size=40), st.text(max_size=400), st.just("")) | st.sampled_from(
    (
        "Walks for everybody",
        "<script>alert(1)</script>",
        "Café Größe",
        "a\u0301\u0301\u0301\u0301\u0301",
    )
)
_names = st.lists(st.text(string.ascii_lowercase + " -é", max_size=12), max_size=3).map(tuple)
_urls = st.sampled_from(("", "https://walks.example/a?b=c#d", "http://x.example", "javascript:1"))
_degrees = st.none() | st.floats(-200, 200, allow_nan=False)
_spots = st.builds(Spot, _texts, st.sampled_from(("", "KA30 8QL", "sw1a 1aa")), _degrees, _degrees)
_lines = st.lists(_texts, max_size=3).map(tuple)
_ages = st.none() | st.integers(-5, 200)

anything = st.builds(
    Support,
    source=st.sampled_from(("aliss", "open-referral", "mycity", "here")),
    source_id=st.uuids().map(str) | st.text(string.ascii_letters + "-._ ", min_size=1, max_size=8),
    name=_texts,
    source_url=_urls,
    licence=_texts,
    credits=st.lists(st.builds(Credit, _texts, _urls), max_size=3).map(tuple),
    about=_texts,
    run_by=_texts,
    join=st.sampled_from(Join),
    referral_url=_urls,
    url=_urls,
    phone=st.sampled_from(("", "01475 123456", "+44 (0)20 7946 0000 ext 12", "none")),
    email=st.sampled_from(("", "walk@walks.example", "not a@n address")),
    spots=st.lists(_spots, max_size=3).map(tuple),
    online=st.sampled_from(Answer),
    areas=_lines,
    days=_texts,
    cost=st.sampled_from(Cost),
    cost_words=_texts,
    wait=_texts,
    youngest=_ages,
    oldest=_ages,
    languages=st.lists(st.sampled_from(("ur", "pl", "cy", "zh-hant", "EN", "!")), max_size=3).map(
        tuple
    ),
    access=_lines,
    conditions=_names,
    themes=_names,
    kinds=st.lists(st.sampled_from((*KINDS, "other")), max_size=3).map(tuple),
    peers=st.sampled_from(Answer),
    claimed=st.sampled_from(Answer),
    last_checked=st.none() | st.dates(date(1980, 1, 1), date(2030, 1, 1)),
    status=st.sampled_from(Status),
)


def _kept(entry: Support) -> Support | None:
    try:
        return tidy(entry, TODAY)[0]
    except NotAnEntry:
        return None


entries = anything.filter(lambda one: _kept(one) is not None).map(lambda one: tidy(one, TODAY)[0])


def walks(source_id: str = "walks", **given: object) -> Support:
    """A walking group by the sea, as somebody would describe it."""
    of: Json = {
        "source": "aliss",
        "name": "Hill Walking Group",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "credits": (Credit("Contains contributions from ALISS users"),),
        "about": "A walk on most Saturdays; new members are welcome.",
        "spots": (Spot("Car park, 40 Greenock Road, Largs", "KA30 8QL", 55.8, -4.87),),
        "themes": ("walking", "outdoors"),
        "kinds": ("group",),
        "cost": Cost.FREE,
        "last_checked": date(2026, 9, 1),
        **given,
    }
    return Support(source_id=source_id, **of)
