"""The reference of the language, made from the one table of keys: rules/REFERENCE.md."""

from collections.abc import Iterable

from rules.schema.fact_keys import FACTS
from rules.schema.key import Form, Key
from rules.schema.keys import TABLES
from rules.schema.offer_keys import OFFERS

# What each table is, in the order of the reference: what authors write most comes first.
_ABOUT = {
    "rule": ("A rule", "One rule, one file. These headings stand at the left margin."),
    "exclusion": ("Each item under `exclude`", "`shared` with a name, or `if` with `because`."),
    "card": ("Under `card`", "What the clinician reads. The question comes first."),
    "variant": ("Each item under `variants`", "The first that fits speaks; the last is for all."),
    "link": ("Each item under `links`", "A page to read."),
    "quiet": ("Under `quiet`", "A rule may be quieter than these defaults, never louder."),
    "elsewhere": (
        "Each item under `already_prompted_by`",
        "What another system leaves on a record when it has asked about what this rule is about."
        " Never of a safety net.",
    ),
    "no_thanks": ("Under `no_thanks`", "Needs a reason, and is never for an offer."),
    "evidence": ("Each item under `evidence`", "Why we think it helps."),
    "pdsa": ("Under `pdsa`", "The present Plan-Do-Study-Act cycle."),
    "safety": ("Under `safety`", "The sign-off of one version by a clinical safety officer."),
    "pilot": ("Under `pilot`", "Who sees the rule while it is in pilot."),
    "person": (
        "Each person under `people`",
        "Invented people, for the tests alone. Those in `shared/people.yaml` are there for every"
        " rule; a rule's own person of the same name comes first.",
    ),
    "line": (
        "Each line of a `record`",
        "Begins with what it is and a code list: `condition: copd`.",
    ),
    "outcome line": ("A line about what was said", "Begins with the answer: `outcome: declined`."),
    "booking": ("Under `booking`", "The visit that somebody is booking."),
    "test": ("Each item under `tests`", "One story: somebody, a day, and what is to happen."),
    "list": ("A code list", "One file in `value-sets/`, with the name of the list."),
    "code": ("Each item under `codes` of a code list", "Codes stand in quotes."),
    "service": ("Each service in `shared/services.yaml`", "Where referrals go."),
    "offer set": (
        "Each set in `shared/offers.yaml`",
        "The codes that say what became of an offer.",
    ),
    "message": ("Each message in `shared/messages.yaml`", "What can be sent."),
    "practice": ("`practice.yaml`", "The practice that uses the rules."),
    "practice elsewhere": (
        "Each item under `already_prompted_by` in `practice.yaml`",
        "The same for every rule that is about these topics; safety nets go on.",
    ),
    "practice quiet": (
        "Under `quiet` in `practice.yaml`",
        "What is longer here than in a rule holds; nothing here makes a rule ask sooner.",
    ),
}
_CONDITIONS = """\
## Conditions

A condition stands under `when`, `if`, and wherever the tables say so. It is one of these:

| write | it holds when |
|---|---|
| `has_copd` | this yes or no fact is so |
| `not: has_copd` | this condition is not so |
| `all: [has_copd, is_tired]` | every one of these is so |
| `any: [has_copd, is_tired]` | one or more of these are so |
| `none: [has_copd, is_tired]` | none of these is so |
| `some_of: {at_least: 2, of: [...]}` | so many of these are so, or more |
| `age: {at_least: 18, below: 65}` | every test of what the fact gives is so |
| `{cel: "...", means: "..."}` | the expression over facts comes to yes |

Each may have a `label`, which reports show in its place.

| a fact that gives | takes these tests |
|---|---|
| a number, a measured value | `above` `at_least` `below` `at_most` `between: [a, b]` `equals` |
| a date | `within` `older_than` `before` `after` `at_least: 5 days ahead` `at_most: 5 days ahead` |
| a choice | `is` `is_not` `is_in` |
| anything | `is_known: yes` or `is_known: no` |

A test of a measured value has its unit in it: `at_least: 58 mmol/mol`. What cannot be told stays
*cannot tell*; it never becomes a no by itself.
"""


def reference() -> str:
    """Every heading of the language, what may stand under it, and what it means, as markdown."""
    parts = [
        "# The rule language: every heading\n\n"
        "Made from the table that the checker reads (`rules/schema/keys.py`). Do not write in\n"
        "this file: change the table, then run\n"
        "`goodday rules reference --to rules/REFERENCE.md`.\n"
    ]
    parts += [_section(*_ABOUT["rule"], TABLES["rule"])]
    parts.append("## Facts\n\nA name, and under it a look-up. `find` says where to look.\n")
    for kinds, table in _alike(FACTS.items()):
        parts.append(_section(f"`find: {'`, `find: '.join(kinds)}`", "", table, level=3))
    parts.append(_CONDITIONS)
    parts.append("## Offers\n\nEach item under `offers` begins with the sort of offer.\n")
    for kind, table in OFFERS.items():
        parts.append(_section(f"`{kind}`", "", table, level=3))
    parts += [_section(*_ABOUT.get(of, (f"`{of}`", "")), table)
              for of, table in sorted(TABLES.items(), key=_place) if of != "rule"]  # fmt: skip
    return "\n".join(parts)


def _place(item: tuple[str, tuple[Key, ...]]) -> int:
    known = list(_ABOUT)
    return known.index(item[0]) if item[0] in known else len(known)


def _alike(
    tables: Iterable[tuple[str, tuple[Key, ...]]],
) -> Iterable[tuple[tuple[str, ...], tuple[Key, ...]]]:
    """Tables that are the same, once, under all their names."""
    found: dict[tuple[Key, ...], list[str]] = {}
    for name, table in tables:
        found.setdefault(table, []).append(name)
    return [(tuple(names), table) for table, names in found.items()]


def _section(title: str, about: str, table: tuple[Key, ...], *, level: int = 2) -> str:
    lines = [f"{'#' * level} {title}", ""]
    if about:
        lines += [about, ""]
    lines += [
        "| heading | what may stand there | what it means | if left out |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{key.name}` | {_form(key)} | {_cell(key.help)} | {_left_out(key)} |" for key in table
    ]
    return "\n".join(lines) + "\n"


def _form(key: Key) -> str:
    if key.form is Form.YES_NO and key.words:
        return f"{key.form.value}, or {' or '.join(f'`{word}`' for word in key.words)}"
    if key.words:
        words = ", ".join(f"`{word}`" for word in key.words)
        return f"{'one or more of' if key.form in (Form.WORDS, Form.HOOKS) else 'one of'}: {words}"
    return _cell(key.form)


def _left_out(key: Key) -> str:
    if key.needed:
        return "**needed**"
    return _cell(key.default)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
