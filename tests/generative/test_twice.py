"""Of any object at all: it is refused for a member named twice exactly where one is."""

import json

from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.refusals import BadRequest
from cds_hooks.twice import check_members

NAMES = st.sampled_from(["hook", "context", "prefetch", "x", "", 'a"b', "\\", "é", "{", "a,b:"])
SIMPLE = st.sampled_from(
    ["1", "12", "-0.5", "null", '""', '"}"', '"\\\\"', "[]", "[1, {}]", "true"]
)
SPACES = st.sampled_from(["", " ", "\n\t ", "\r\n"])


@st.composite
def objects(draw: st.DrawFn, depth: int = 2) -> str:
    """An object as text: any spaces, names escaped or not, members named twice or not."""
    members: list[str] = []
    for name in draw(st.lists(NAMES, max_size=4)):
        written = json.dumps(name, ensure_ascii=draw(st.booleans()))
        if draw(st.booleans()):
            written = written.replace("o", "\\u006f")
        value = draw(objects(depth - 1) if depth and draw(st.booleans()) else SIMPLE)
        before, around, after = draw(SPACES), draw(SPACES), draw(SPACES)
        members.append(f"{before}{written}{around}:{around}{value}{after}")
    return f"{draw(SPACES)}{{{','.join(members)}}}{draw(SPACES)}"


Pairs = list[tuple[str, object]]


def _twice(pairs: object) -> bool:
    """By another reader, which keeps every member."""
    return isinstance(pairs, Members) and len({name for name, _ in pairs.pairs}) < len(pairs.pairs)


class Members:
    """An object with all of its members."""

    def __init__(self, pairs: Pairs) -> None:
        self.pairs = pairs

    def of(self, name: str) -> object:
        """The last of that name."""
        return dict(self.pairs).get(name)


def names_one_twice(text: str) -> bool:
    call = json.loads(text, object_pairs_hook=Members)
    prefetch = call.of("prefetch")
    inside = [call.of("context"), call.of("fhirAuthorization"), prefetch]
    if isinstance(prefetch, Members):
        inside += [value for _, value in prefetch.pairs]
    return any(map(_twice, [call, *inside]))


@given(objects(3))
def test_an_object_is_refused_exactly_where_a_member_is_named_twice(text: str) -> None:
    try:
        check_members(text.encode())
    except BadRequest:
        assert names_one_twice(text), text
    else:
        assert not names_one_twice(text), text
