"""Rules that are there to take the time of those beside them: as much as a rule may ask for.

No two ask the same, so that nothing is looked up once for all of them. Nobody gets a card by any:
at the end of each stands what nobody has, or it cannot be worked out.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from rules.schema.size import MOST_CONDITIONS, MOST_FACTS
from tests.builders import list_text, rule_text

EVERYTHING = "everything"  # a code list of all that is on the record
OLD = 100  # nobody is older than this, whom they are asked about
_COUGH = "has_cough: {find: condition, codes: cough}"


def everything(codes: Sequence[str]) -> dict[str, str]:
    """The file of the code list that these rules look through."""
    text = list_text(EVERYTHING, codes).replace("    system: good-day\n", "")
    return {f"value-sets/{EVERYTHING}.yaml": text}


def _facts(*lines: str) -> str:
    return "\n" + "\n".join((_COUGH, *lines))


def _with_a_cough(condition: str) -> str:
    """Asked first; a rule may not be about everybody."""
    return f"{{all: [{condition}, has_cough]}}"


def _looks(n: int, number: int) -> dict[str, str]:
    """Counts of everything, each since another day long before anybody was born."""
    days = [date(1, 1, 1) + timedelta(days=100 * n + k) for k in range(number)]
    lines = (
        f"f{k}: {{find: entry, codes: {EVERYTHING}, since: {day}, give: count}}"
        for k, day in enumerate(days)
    )
    asked = ", ".join(f"{{f{k}: {{above: {9000 + n}}}}}" for k in range(number))
    return {"facts": _facts(*lines), "when": _with_a_cough(f"{{any: [{asked}]}}")}


def _many_facts(n: int) -> dict[str, str]:
    return _looks(n, MOST_FACTS - 4)


def _just_enough(n: int) -> dict[str, str]:
    """Over three hundred entries it is hardly less than what is too much."""
    return _looks(n, 15)


def _ages(n: int, first: int) -> str:
    """Comparisons of an age, as many as there may be."""
    return ", ".join(
        f"{{age: {{above: {first + (n + k) % 28}}}}}" for k in range(MOST_CONDITIONS - 2)
    )


def _wide(n: int) -> dict[str, str]:
    return {"when": _with_a_cough(f"{{any: [{_ages(n, OLD)}]}}")}


def _large_some_of(n: int) -> dict[str, str]:
    most = MOST_CONDITIONS - 2
    all_of_them = f"{{some_of: {{at_least: {most}, of: [{_ages(n, 80)}]}}}}"
    return {"when": _with_a_cough(all_of_them)}


def _deep(n: int) -> dict[str, str]:
    inside = f"{{age: {{above: {OLD + n % 28}}}}}"
    for k in range(6):
        inside = f"{{any: [{{age: {{above: {OLD + (n + k) % 28}}}}}, {inside}]}}"
    return {"when": _with_a_cough(inside)}


def _one_on_another(n: int) -> dict[str, str]:
    day = date(1, 1, 1) + timedelta(days=n)
    lines = [f"d0: {{find: entry, codes: {EVERYTHING}, since: {day}, give: latest date}}"]
    lines += [
        f"d{k}: {{find: entry, codes: {EVERYTHING}, since: d{k - 1}, give: earliest date}}"
        for k in range(1, 9)
    ]
    return {"facts": _facts(*lines), "when": _with_a_cough(f"{{d8: {{after: {2100 + n}-01-01}}}}")}


def _long_expressions(n: int) -> dict[str, str]:
    parts = "||".join(f"age*{k}<-{n % 7}" for k in range(10, 22))
    ages = (OLD + (n + k) % 28 for k in range(2))
    lines = (
        f"c{k}: {{find: cel, cel: 'age>{age}||{parts}', means: x}}" for k, age in enumerate(ages)
    )
    return {"facts": _facts(*lines), "when": _with_a_cough("{any: [c0, c1]}")}


def _divided_by_nothing(n: int) -> dict[str, str]:
    lines = (
        f"never: {{find: entry, codes: {EVERYTHING}, since: {2100 + n}-01-01, give: count}}",
        f"c: {{find: cel, cel: {n + 1} / never > 1, means: x}}",
    )
    return {"facts": _facts(*lines), "when": "{any: [c, has_cough]}"}


def _without_a_result(n: int) -> dict[str, str]:
    """What is divided by itself again and again has no finite result."""
    small = "/0.000001" * 25
    lines = (
        f"c: {{find: cel, cel: 'age{small} > {n}', means: x}}",
        f"d: {{find: cel, cel: '(age - age) / (age - age) > {n}', means: x}}",
    )
    return {"facts": _facts(*lines), "when": "{any: [d, c, has_cough]}"}


def _long_texts(n: int) -> dict[str, str]:
    detail = "Ask what would help, and listen. " * 60
    return {
        "card": f"\nsummary: What would help number {n}?\nquestion: What does a good day look"
        f" like?\ndetail: {detail}\nsource: The test suite",
        "when": _with_a_cough(f"{{age: {{above: {OLD + n % 28}}}}}"),
    }


def _many_exclusions(n: int) -> dict[str, str]:
    ages = (f"- {{if: {{age: {{above: {OLD + (n + k) % 28}}}}}, because: x}}" for k in range(90))
    return {"exclude": "\n" + "\n".join((*ages, "- {if: {age: {above: 0}}, because: everybody}"))}


SORTS: Mapping[str, Callable[[int], dict[str, str]]] = {
    "many facts": _many_facts,
    "fifteen facts": _just_enough,
    "very wide": _wide,
    "a large some_of": _large_some_of,
    "deep": _deep,
    "one on another": _one_on_another,
    "long expressions": _long_expressions,
    "divided by nothing": _divided_by_nothing,
    "without a result": _without_a_result,
    "long texts": _long_texts,
    "many exclusions": _many_exclusions,
}


def hostile_rules(number: int) -> dict[str, str]:
    """So many rule files, of every sort in turn."""
    files: dict[str, str] = {}
    for n in range(number):
        sort = tuple(SORTS.values())[n % len(SORTS)]
        name = f"hostile-{n:03}"
        told = {"people": None, "tests": None, "today": None}
        files[f"{name}.yaml"] = rule_text(id=name, quiet=f"{{topic: {name}}}", **told, **sort(n))
    return files
