"""Strategies: rules as authors may write them, over a few code lists, and what they look at."""

from dataclasses import dataclass
from datetime import date

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.reference.lines import LISTS
from tests.reference.record import Practice
from tests.reference.statuses import COUNT, DO_NOT

# Of cough there are two codes, one of which is also in another list.
CODE_LISTS = {
    "cough": ("cough", "dry-cough"),
    "wheeze": ("wheeze", "dry-cough"),
    "cough-over": ("cough-over",),
    "hba1c": ("hba1c", "hba1c-old"),
    "weight": ("weight",),
    "visit": ("visit",),
}
PRACTICE = Practice(
    lists=CODE_LISTS,
    facts={"has_no_tea": {"find": "entry", "codes": "wheeze", "within": "12 months"}},
    exclusions={
        "no-tea": {"if": {"all": ["has_no_tea"]}, "because": "They never drink tea"},
        "in-doubt": {"if": "has_no_tea", "because": "Maybe", "if_unknown": "include"},
    },
    offers={"tea": {"name": "Tea", "offered": "visit", "declined": "cough-over",
                    "completed": ["cough", "hba1c"]}},
)  # fmt: skip
UNITS = {"hba1c": ("mmol/mol", "%"), "weight": ("kg", "level")}
TODAYS = (date(2026, 11, 21), date(2026, 11, 21), date(2024, 2, 29), date(2025, 3, 31))
LENGTHS = ("0 days", "1 day", "2 weeks", "1 month", "3 months", "6 months", "12 months", "2 years",
           "9999 years")  # fmt: skip
EDGES = ("2026-05-21", "2026-01-01", "2025-11-21", "2024-02-29", "2026-11-21", "2023-02-28")

_length = st.sampled_from(LENGTHS)
_edge = st.sampled_from(EDGES)
_moment = _edge | _length.map(lambda length: f"{length} ago")
_rarely = st.sampled_from([False, False, True])
_CODED = tuple(find for find in LISTS if find not in ("offer", "appointment"))
_FINDS = st.sampled_from(
    [*LISTS, "entry", "condition", "observation", "observation", "care_plan", "tag", "offer",
     "this_appointment", "outcome"]
)  # fmt: skip
_BUILT_IN = {
    "age": "number",
    "deceased": "yes or no",
    "sex": "choice",
    "language": "choice",
    "needs_interpreter": "yes or no",
    "registered_here": "yes or no",
    "today": "date",
}


@dataclass(frozen=True)
class Named:
    """A fact that conditions may ask about: its name, what it gives, and what goes with that."""

    name: str
    sort: str
    unit: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """The parts of a rule file, as text, and the lists and codes that it looks at."""

    facts: str
    when: str
    exclude: str
    offers: str
    when_unknown: str
    today: date
    lists: tuple[str, ...]
    codes: tuple[str, ...]


def _sort(give: str) -> str:
    if give == "count":
        return "number"
    if give == "latest choice":
        return "choice"
    for word, sort in (("value", "quantity"), ("date", "date")):
        if give.endswith(word):
            return sort
    return "yes or no"


@st.composite
def _fact(draw: st.DrawFn, name: str, dated: tuple[str, ...]) -> tuple[str, Named, str]:
    """One fact as text, how conditions may ask about it, and its place."""
    find = draw(_FINDS)
    keys = {"find": find}
    codes: tuple[str, ...] = ()
    gives = ["exists", "exists", "count", "earliest date", "latest date"]
    if find == "offer":
        keys["of"] = "tea"
        codes = ("offered", "declined", "completed")
        if draw(_rarely):
            codes = tuple(draw(st.lists(st.sampled_from(codes), min_size=1, unique=True)))
            keys["state"] = f"[{', '.join(codes)}]"
        gives.append("latest choice")
    elif find == "outcome":
        keys["topic"] = draw(st.sampled_from(["coughing", "wheezing"]))
        if draw(st.booleans()):
            keys["outcome"] = draw(st.sampled_from(["declined", "not_now", "[declined, shown]"]))
    elif find != "this_appointment" or draw(st.booleans()):
        if find in ("appointment", "this_appointment"):
            codes = ("visit",)
        elif find == "observation" and draw(st.booleans()):
            codes = (draw(st.sampled_from(["hba1c", "weight"])),)
            gives += ["latest value", "earliest value", "highest value", "lowest value"] * 3
        else:
            names = st.sampled_from(["cough", "cough", "wheeze", "visit"])
            codes = tuple(draw(st.lists(names, min_size=1, max_size=2, unique=True)))
        keys["codes"] = f"[{', '.join(codes)}]"
    if find in _CODED:
        gives.append("latest choice")
        gives += ["latest end date"] * 2 if find in ("tag", "encounter", "care_plan") else []
    if find == "appointment":
        gives = ["exists", "count", "date"]
    if find == "this_appointment":
        gives = ["exists", "date"]
    give = draw(st.sampled_from(gives))
    if give != "exists" or draw(_rarely):
        keys["give"] = give
    unit = ""
    if _sort(give) == "quantity":
        unit = draw(st.sampled_from(UNITS[codes[0]]))
        keys["unit"] = f'"{unit}"'
    draw(_windows(find, dated, keys))
    body = ", ".join(f"{key}: {value}" for key, value in keys.items())
    return f"{name}: {{{body}}}", Named(name, _sort(give), unit, codes), find


@st.composite
def _windows(draw: st.DrawFn, find: str, dated: tuple[str, ...], keys: dict[str, str]) -> None:
    """When, in which state, and what ends it."""
    if find == "this_appointment":
        return
    if draw(st.booleans()) and (find != "appointment" or draw(st.booleans())):
        keys["within"] = draw(_length)
    if find == "outcome":
        return
    moment = st.one_of(_moment, st.sampled_from(dated)) if dated else _moment
    if draw(_rarely):
        keys["since"] = draw(moment)
    if draw(_rarely):
        keys["before"] = draw(moment)
    if find == "appointment" and draw(st.booleans()):
        keys["in_next"] = draw(_length)
    if draw(_rarely):
        keys["if_undated"] = draw(st.sampled_from(["cannot tell", "count it", "ignore it"]))
    if find == "offer":
        return
    if draw(_rarely):
        words = {word for list_ in LISTS[find] for word in COUNT[list_] | DO_NOT[list_] if word}
        several = st.lists(st.sampled_from([*sorted(words), "any"]), min_size=1, max_size=2)
        keys["status"] = f"[{', '.join(draw(several))}]"
    if find != "appointment" and draw(_rarely):
        keys["ended_by"] = "cough-over"
    if find == "observation" and draw(_rarely):
        keys["filed"] = draw(st.sampled_from(["yes", "no"]))


_NUMBER = ("above", "at_least", "below", "at_most", "equals", "between")
_AMOUNTS = {
    "mmol/mol": ("48", "57", "58", "58.5", "59", "75"),
    "%": ("6.5", "7.4", "7.5", "7.6", "9"),
    "kg": ("63.5", "70", "70.1", "0.07"),
    "level": ("2", "3"),
}


@st.composite
def _test(draw: st.DrawFn, fact: Named) -> str:
    """One test, as text."""
    if draw(st.sampled_from([False] * 7 + [True])) or fact.sort == "yes or no":
        return f"is_known: {draw(st.sampled_from(['yes', 'no']))}"
    if fact.sort == "choice":
        words = {
            "sex": ("female", "male", "other"),
            "language": ("en", "pl", "ur"),
        }.get(fact.name, fact.choices)
        word = draw(st.sampled_from(["is", "is_not", "is_in"]))
        several = draw(st.lists(st.sampled_from(words), min_size=1, max_size=2, unique=True))
        return f"{word}: [{', '.join(several)}]" if word == "is_in" else f"{word}: {several[0]}"
    if fact.sort == "date":
        word = draw(
            st.sampled_from(["within", "older_than", "before", "after", "at_least", "at_most"])
        )
        if word in ("within", "older_than"):
            return f"{word}: {draw(_length)}"
        if word in ("before", "after"):
            return f"{word}: {draw(_moment)}"
        return f"{word}: {draw(_length)} ahead"
    word = draw(st.sampled_from(_NUMBER))
    ages = ("18", "40", "59", "60", "61", "75")
    numbers = ages if fact.name == "age" else _AMOUNTS.get(fact.unit, ("0", "1", "2", "3"))
    ends = draw(st.lists(st.sampled_from(numbers), min_size=2, max_size=2))
    low, high = (f"{end} {fact.unit}".strip() for end in sorted(ends, key=float))
    return f"{word}: [{low}, {high}]" if word == "between" else f"{word}: {high}"


@st.composite
def _about(draw: st.DrawFn, facts: list[Named]) -> str:
    """A condition about one fact."""
    fact = draw(st.sampled_from(facts))
    if fact.sort == "yes or no" and draw(st.sampled_from([True] * 9 + [False])):
        return fact.name
    tests = draw(st.lists(_test(fact), min_size=1, max_size=2, unique_by=lambda t: t.split(":")[0]))
    return f"{{{fact.name}: {{{', '.join(tests)}}}}}"


def _joined(inner: SearchStrategy[str]) -> SearchStrategy[str]:
    several = st.lists(inner, min_size=1, max_size=3)
    in_all = st.tuples(st.sampled_from(["all", "any", "none"]), several).map(
        lambda both: f"{{{both[0]}: [{', '.join(both[1])}]}}"
    )
    some = several.flatmap(
        lambda parts: st.integers(1, len(parts)).map(
            lambda least: f"{{some_of: {{at_least: {least}, of: [{', '.join(parts)}]}}}}"
        )
    )
    labelled = st.tuples(st.sampled_from(["not", "any"]), inner).map(
        lambda both: (
            f"{{label: Words of their own, {both[0]}: "
            + (f"[{both[1]}]" if both[0] == "any" else both[1])
            + "}"
        )
    )
    return in_all | some | inner.map(lambda part: f"{{not: {part}}}") | labelled


def _conditions(facts: list[Named]) -> SearchStrategy[str]:
    return st.recursive(_about(facts), _joined, max_leaves=3)


@st.composite
def _offers(draw: st.DrawFn, facts: list[Named]) -> str:
    lines: list[str] = []
    yes_no = [fact.name for fact in facts if fact.sort == "yes or no"]
    for number in range(draw(st.integers(1, 2))):
        kind, own = draw(
            st.sampled_from(
                [("refer", "service: tea-group"), ("goal", "text: I would like"),
                 ("tag", "code: tea, words: Tea"), ("task", "for: nurse")]
            )
        )  # fmt: skip
        keys = [f"label: Offer {number}", own]
        if draw(st.booleans()):
            keys.append(f"if: {draw(_conditions(facts))}")
        if draw(_rarely):
            keys.append(f"if_unknown: {draw(st.sampled_from(['hide', 'show']))}")
        if yes_no and draw(_rarely):
            keys.append(f"needs: {draw(st.sampled_from(yes_no))}")
        lines.append(f"- {kind}: {{{', '.join(keys)}}}")
    return "\n".join(lines)


@st.composite
def _exclusions(draw: st.DrawFn, facts: list[Named]) -> str:
    lines: list[str] = []
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        policy = draw(st.sampled_from(["", "", ", if_unknown: include", ", if_unknown: exclude"]))
        who = draw(
            st.sampled_from(["shared: no-tea", "shared: in-doubt"])
            | _conditions(facts).map(lambda part: f"if: {part}, because: They said so")
        )
        lines.append(f"- {{{who}{policy}}}")
    return "\n".join(lines)


@st.composite
def rules(draw: st.DrawFn) -> Asked:
    """A rule with up to three facts of its own."""
    texts: list[str] = []
    facts: list[Named] = []
    places: list[str] = []
    for number in range(draw(st.integers(1, 3))):
        dated = tuple(fact.name for fact in facts if fact.sort == "date")
        text, named, find = draw(_fact(f"fact_{number}", dated))
        texts.append(text)
        facts.append(named)
        places += LISTS.get(find, ("procedure",))
    built_in = [Named(*draw(st.sampled_from(sorted(_BUILT_IN.items()))))]
    asked = [*facts, *facts, *built_in] if draw(_rarely) else facts
    return Asked(
        facts="\n".join(texts),
        when=draw(_conditions(asked)),
        exclude=draw(_exclusions(asked)),
        offers=draw(_offers(asked)),
        when_unknown=draw(st.sampled_from(["stay quiet", "prompt"])),
        today=draw(st.sampled_from(TODAYS)),
        lists=tuple(dict.fromkeys(places)),
        codes=tuple(
            dict.fromkeys(
                code
                for name, codes in CODE_LISTS.items()
                if any(name in text for text in texts) or any("of: tea" in text for text in texts)
                for code in codes
            )
        ) or ("cough",),
    )  # fmt: skip
