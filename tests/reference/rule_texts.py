"""Rules as authors may write them, over a few code lists, and what they look at.

Made from a ``Random``, so that every sort of fact and test comes up as often as it is meant to.
"""

from dataclasses import dataclass
from datetime import date
from random import Random

from tests.reference.lines import LISTS, WINDOWS
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
           "2 years", "3 years", "9999 years")  # fmt: skip
EDGES = ("2026-05-21", "2026-01-01", "2025-11-21", "2024-02-29", "2026-11-21", "2023-02-28")

_CODED = tuple(find for find in LISTS if find not in ("offer", "appointment"))
_FINDS = (
    *LISTS, *("entry", "condition", "care_plan", "tag", "offer", "this_appointment", "outcome"),
    *("observation",) * 7,
)  # fmt: skip
_BUILT_IN = (
    ("age", "number"),
    ("age", "number"),
    ("deceased", "yes or no"),
    ("sex", "choice"),
    ("language", "choice"),
    ("needs_interpreter", "yes or no"),
    ("registered_here", "yes or no"),
    ("today", "date"),
)
EVERYBODY = "{today: {after: 2000-01-01}}"
_VALUES = ("latest value", "earliest value", "highest value", "lowest value")
_AMOUNTS = {
    "mmol/mol": ("48", "57", "58", "58.5", "59", "75"),
    "%": ("6.5", "7.4", "7.5", "7.6", "9"),
    "kg": ("63.5", "70", "70.1", "0.07"),
    "level": ("2", "3"),
}
_AGES = ("18", "40", "59", "60", "61", "75")
_CHOICES = {"sex": ("female", "male", "other"), "language": ("en", "pl", "ur")}


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


class _Writing:
    """One rule, part by part."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.one_of = random.choice
        self.facts: list[Named] = []
        self.asked: list[Named] = []  # what conditions ask about

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def some(self, words: tuple[str, ...], most: int = 2) -> tuple[str, ...]:
        return tuple(self.random.sample(words, min(self.random.randint(1, most), len(words))))

    def moment(self) -> str:
        dated = [fact.name for fact in self.facts if fact.sort == "date"]
        if dated and self.chance(0.5):
            return self.one_of(dated)
        return self.one_of(EDGES) if self.chance(0.5) else f"{self.one_of(LENGTHS)} ago"

    def fact(self) -> tuple[str, str]:
        """One fact as text, and where it looks."""
        name, find = f"fact_{len(self.facts)}", self.one_of(_FINDS)
        keys = {"find": find}
        codes: tuple[str, ...] = ()
        gives = ["exists", "exists", "count", "earliest date", "latest date"]
        if find == "offer":
            keys["of"] = "tea"
            codes = ("offered", "declined", "completed")
            if self.chance(0.3):
                codes = self.some(codes)
                keys["state"] = f"[{', '.join(codes)}]"
            gives.append("latest choice")
        elif find == "outcome":
            keys["topic"] = self.one_of(("coughing", "wheezing"))
            if self.chance(0.5):
                keys["outcome"] = self.one_of(("declined", "not_now", "[declined, shown]"))
        elif find != "this_appointment" or self.chance(0.5):
            codes = self.some(("cough", "wheeze", "visit"))
            if find in ("appointment", "this_appointment"):
                codes = ("visit",)
            elif find == "observation" and self.chance(0.7):
                codes = (self.one_of(("hba1c", "hba1c", "weight")),)
                gives += _VALUES * 6
            keys["codes"] = f"[{', '.join(codes)}]"
        if find in _CODED:
            gives.append("latest choice")
            gives += ["latest end date"] * 2 if find in ("tag", "encounter", "care_plan") else []
        if find == "appointment":
            gives = ["exists", "count", "date"]
        if find == "this_appointment":
            gives = ["exists", "date"]
        give = self.one_of(gives)
        if give != "exists" or self.chance(0.3):
            keys["give"] = give
        unit = ""
        if _sort(give) == "quantity":
            unit = self.one_of(UNITS[next(iter(codes))])
            keys["unit"] = f'"{unit}"'
        self.windows(find, keys)
        self.facts.append(Named(name, _sort(give), unit, codes))
        return f"{name}: {{{', '.join(f'{key}: {value}' for key, value in keys.items())}}}", find

    def windows(self, find: str, keys: dict[str, str]) -> None:
        """When, in which state, and what ends it."""
        if find == "this_appointment":
            return
        if self.chance(0.25):
            keys["within"] = self.one_of(LENGTHS)
        if self.chance(0.2):
            keys["since"] = self.moment()
        if self.chance(0.2):
            keys["before"] = self.moment()
        if find == "outcome":
            return
        if find == "appointment" and self.chance(0.5):
            keys["in_next"] = self.one_of(LENGTHS)
        if self.chance(0.5) and any(window in keys for window in WINDOWS):
            keys["if_undated"] = self.one_of(("cannot tell", "count it", "ignore it"))
        if find == "offer":
            return
        if self.chance(0.25):
            words = {word for list_ in LISTS[find] for word in COUNT[list_] | DO_NOT[list_]}
            known = (*sorted(words - {""}), "any", "any", "active")
            asked = self.some(tuple(word for word in known if word == "any" or word in words))
            keys["status"] = f"[{', '.join(dict.fromkeys(asked))}]"
        if find != "appointment" and self.chance(0.25):
            keys["ended_by"] = "cough-over"
        if find == "observation" and self.chance(0.2):
            keys["filed"] = self.one_of(("yes", "no"))

    def test(self, fact: Named) -> str:
        """One test, as text."""
        if fact.sort == "yes or no" or self.chance(0.12):
            return f"is_known: {self.one_of(('yes', 'no'))}"
        if fact.sort == "choice":
            words = self.some(_CHOICES.get(fact.name, fact.choices))
            word = self.one_of(("is", "is_not", "is_in"))
            return f"{word}: [{', '.join(words)}]" if word == "is_in" else f"{word}: {words[0]}"
        if fact.sort == "date":
            word = self.one_of(("within", "older_than", "before", "after", "at_least", "at_most"))
            if word in ("within", "older_than"):
                return f"{word}: {self.one_of(LENGTHS)}"
            if word in ("before", "after"):
                edge = f"{self.one_of(LENGTHS)} ago" if self.chance(0.5) else self.one_of(EDGES)
                return f"{word}: {edge}"
            return f"{word}: {self.one_of(LENGTHS)} ahead"
        word = self.one_of(("above", "at_least", "below", "at_most", "equals", "between"))
        numbers = _AMOUNTS.get(fact.unit, ("0", "1", "2", "3"))
        if fact.name == "age":
            numbers = _AGES
        ends = sorted((self.one_of(numbers), self.one_of(numbers)), key=float)
        low, high = (f"{end} {fact.unit}".strip() for end in ends)
        return f"{word}: [{low}, {high}]" if word == "between" else f"{word}: {high}"

    def condition(self, depth: int = 2) -> str:
        """A condition about one fact, or several put together."""
        if depth and self.chance(0.45):
            parts = [self.condition(depth - 1) for _ in range(self.random.randint(1, 3))]
            listed = f"[{', '.join(parts)}]"
            least = self.random.randint(1, len(parts))
            return self.one_of(
                (
                    f"{{all: {listed}}}",
                    f"{{any: {listed}}}",
                    f"{{none: {listed}}}",
                    f"{{not: {parts[0]}}}",
                    f"{{label: Words of their own, not: {parts[0]}}}",
                    f"{{label: Words of their own, any: {listed}}}",
                    f"{{some_of: {{at_least: {least}, of: {listed}}}}}",
                )
            )
        fact = self.one_of(self.asked)
        if fact.sort == "yes or no" and self.chance(0.9):
            return fact.name
        tests = {test.split(":")[0]: test for test in (self.test(fact), self.test(fact))}
        few = list(tests.values())[: self.one_of((1, 1, 2))]
        return f"{{{fact.name}: {{{', '.join(few)}}}}}"

    def offers(self) -> str:
        lines: list[str] = []
        yes_no = [fact.name for fact in self.asked if fact.sort == "yes or no"]
        for number in range(self.random.randint(1, 4)):
            kind, own = self.one_of(
                (
                    ("refer", "service: tea-group"),
                    ("goal", "text: I would like"),
                    ("tag", "code: tea, words: Tea"),
                    ("task", "for: nurse"),
                )
            )
            keys = [f"label: Offer {number}", own]
            asks = self.chance(0.9)
            if asks:
                keys.append(f"if: {self.condition(1)}")
            if asks and self.chance(0.45):
                keys.append(f"if_unknown: {self.one_of(('hide', 'show'))}")
            if yes_no and self.chance(0.3):
                keys.append(f"needs: {self.one_of(yes_no)}")
            lines.append(f"- {kind}: {{{', '.join(keys)}}}")
        return "\n".join(lines)

    def exclusions(self) -> str:
        lines: list[str] = []
        for _ in range(self.one_of((0, 0, 0, 1, 2))):
            policy = self.one_of(("", "", ", if_unknown: include", ", if_unknown: exclude"))
            who = self.one_of(("shared: no-tea", "shared: in-doubt"))
            if self.chance(0.5):
                who = f"if: {self.condition(1)}, because: They said so"
            lines.append(f"- {{{who}{policy}}}")
        return "\n".join(lines)

    def rule(self) -> Asked:
        written = [self.fact() for _ in range(self.random.randint(1, 3))]
        self.asked = list(self.facts)
        if self.chance(0.4):
            self.asked.append(Named(*self.one_of(_BUILT_IN)))
        text = "\n".join(line for line, _ in written)
        lists = [list_ for _, find in written for list_ in LISTS.get(find, ("procedure",))]
        looked_for = [name for name in CODE_LISTS if name in text and name != "cough-over"]
        if "of: tea" in text:
            looked_for += ["visit", "cough-over", "cough"]
        codes = [code for name in looked_for for code in CODE_LISTS[name]]
        return Asked(
            facts=text,
            # Often one that everybody meets, so that the offers can be asked.
            when=EVERYBODY if self.chance(0.4) else self.condition(),
            exclude=self.exclusions(),
            offers=self.offers(),
            when_unknown=self.one_of(("stay quiet", "prompt")),
            today=self.one_of(TODAYS),
            lists=tuple(dict.fromkeys(lists)),
            codes=tuple(dict.fromkeys(codes)) or ("cough",),
        )


def a_rule(random: Random) -> Asked:
    """A rule with up to three facts of its own."""
    return _Writing(random).rule()
