"""One list of problems in four renderings: none says more or less than another."""

import json
import re
from typing import Any  # what JSON holds

import pytest

from cds_hooks.commands.report import (
    MOST_IN_A_FILE,
    Report,
    as_github,
    as_json,
    as_sarif,
    as_text,
    excerpt,
)
from rules.catalogue import CODES
from rules.problems import Edit, Place, Problem

FILE = "my practice/a.yaml"
HEADING = Problem(
    Place(FILE, 2, 1, 6),
    "E01",
    '"exlude" is not a heading I know in a rule.',
    "Did you mean exclude?",
    more=("Until it is fixed, nobody is excluded.",),
    fix=(Edit(2, 1, 2, 7, "exclude"),),
)
THOUGHT = Problem(Place(FILE, 1), "L02", "100% closed,\nor: not.", "Ask what.", stops=False)
BOTH = Report((THOUGHT, HEADING), 1, {FILE: ["question: Do\tyou?", "exlude:", ""]})
NOTHING = Report((), 2)


def text(report: Report) -> str:
    return "\n".join(line for line, _ in as_text(report))


def test_people_read_the_place_the_line_the_carets_what_to_type_and_the_code() -> None:
    assert text(Report((HEADING,), 1, BOTH.lines)) == (
        'my practice/a.yaml:2:1  "exlude" is not a heading I know in a rule.\n'
        "   2 | exlude:\n"
        "     | ^^^^^^\n"
        "   Did you mean exclude?\n"
        "   Until it is fixed, nobody is excluded.\n"
        "   Or have it done:  goodday rules fix 'my practice/a.yaml'  [E01]\n"
        "1 thing to fix, 0 to think about"
    )


def test_nothing_to_say_is_a_count_of_nothing() -> None:
    assert text(NOTHING) == "0 things to fix, 0 to think about"


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        pytest.param(Place(FILE, 1, 11, 2), ["   1 | question: Do you?"], id="a tab is one wide"),
        pytest.param(Place(FILE, 1, 14, 99), ["     |              ^^^^"], id="not behind the end"),
        pytest.param(Place(FILE, 3, 1, 5), ["   3 | ", "     | ^"], id="an empty line"),
        pytest.param(Place(FILE, 9, 1, 5), [], id="a line that is not there"),
        pytest.param(Place("b.yaml", 1, 1), [], id="a file that cannot be read"),
    ],
)
def test_a_line_is_quoted_where_there_is_one(place: Place, shown: list[str]) -> None:
    lines = excerpt(Problem(place, "E01", "x"), BOTH.lines.get(place.file, ()))
    assert set(shown) <= set(lines)
    assert bool(shown) == bool(lines)


def test_twenty_are_told_of_each_file_and_the_rest_is_counted() -> None:
    many = [Problem(Place("a.yaml", n), "E05", "A tab.") for n in range(1, 31)]
    few = [Problem(Place("b.yaml", 1), "E05", "A tab.")]
    said = text(Report((*many, *few), 0))
    assert said.count("A tab.") == MOST_IN_A_FILE + 1
    assert "a.yaml: and 10 more\nb.yaml:1:1" in said
    assert said.endswith("31 things to fix, 0 to think about")


def test_json_has_all_of_it_in_our_own_shape() -> None:
    read = json.loads(as_json(BOTH))
    assert {name: read[name] for name in ("format", "rules", "to_fix", "to_think_about")} == {
        "format": 1, "rules": 1, "to_fix": 1, "to_think_about": 1,
    }  # fmt: skip
    thought, heading = read["problems"]
    assert heading == {
        "file": FILE, "line": 2, "column": 1, "width": 6, "code": "E01",
        "about": "A heading we do not know",
        "says": HEADING.says, "hint": HEADING.hint, "more": list(HEADING.more), "stops": True,
        "fix": {
            "command": "goodday rules fix 'my practice/a.yaml'",
            "edits": [
                {"start_line": 2, "start_column": 1, "end_line": 2, "end_column": 7,
                 "text": "exclude"},
            ],
        },
    }  # fmt: skip
    assert (thought["stops"], thought["fix"]) == (False, None)
    assert json.loads(as_json(NOTHING))["problems"] == []


def test_github_gets_one_line_each_with_what_it_reads_as_its_own_escaped() -> None:
    assert list(as_github(BOTH)) == [
        "::warning file=my practice/a.yaml,line=1,col=1,endColumn=2,"
        "title=L02 A question that can be answered with yes or no"
        "::100%25 closed,%0Aor: not.%0AAsk what.",
        "::error file=my practice/a.yaml,line=2,col=1,endColumn=7,"
        'title=E01 A heading we do not know::"exlude" is not a heading I know in a rule.'
        "%0ADid you mean exclude?"
        "%0AUntil it is fixed, nobody is excluded.",
    ]
    (odd,) = as_github(Report((Problem(Place("a,b:c%.yaml"), "E14", "x\r"),), 0))
    assert odd.startswith("::error file=a%2Cb%3Ac%25.yaml,line=1,")
    assert odd.endswith("::x%0D")


# What SARIF 2.1.0 lets an object have; it forbids every other name. The needed ones stand first.
SARIF = {
    "log": ("version runs", "$schema"),
    "run": ("tool", "results columnKind"),
    "tool": ("driver", ""),
    "driver": ("name", "rules"),
    "rule": ("id", "shortDescription help"),
    "result": ("message", "ruleId ruleIndex level locations fixes"),
    "location": ("", "physicalLocation"),
    "physicalLocation": ("artifactLocation", "region"),
    "artifactLocation": ("uri", ""),
    "region": ("startLine", "startColumn endLine endColumn"),
    "fix": ("artifactChanges", "description"),
    "artifactChange": ("artifactLocation replacements", ""),
    "replacement": ("deletedRegion", "insertedContent"),
    "message": ("text", ""),
}


def has(kind: str, found: dict[str, Any]) -> dict[str, Any]:  # JSON, read back
    needed, allowed = (set(names.split()) for names in SARIF[kind])
    assert needed <= set(found) <= needed | allowed, (kind, set(found))
    return found


def check_region(region: dict[str, int]) -> None:
    has("region", region)
    assert all(number >= 1 for number in region.values())
    if region.get("endLine", region["startLine"]) == region["startLine"]:
        assert region["endColumn"] >= region["startColumn"]


@pytest.mark.parametrize("report", [BOTH, NOTHING], ids=["two problems", "none"])
def test_sarif_keeps_to_the_structure_of_its_schema(report: Report) -> None:
    log = has("log", json.loads(as_sarif(report)))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert has("run", run)["columnKind"] == "unicodeCodePoints"
    driver = has("driver", has("tool", run["tool"])["driver"])
    rules = [has("rule", rule) for rule in driver["rules"]]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert has("message", rule["shortDescription"])["text"].endswith(".")
        assert has("message", rule["help"])["text"]
    assert len(run["results"]) == len(report.problems)
    for result, problem in zip(run["results"], report.problems, strict=True):
        has("result", result)
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == problem.code
        assert result["level"] == ("error" if problem.stops else "warning")
        assert problem.says in has("message", result["message"])["text"]
        (location,) = result["locations"]
        place = has("physicalLocation", has("location", location)["physicalLocation"])
        assert re.fullmatch(r"[\w./%-]+", has("artifactLocation", place["artifactLocation"])["uri"])
        check_region(place["region"])
        assert bool(result.get("fixes")) == bool(problem.fix)
        for fix in result.get("fixes", []):
            (change,) = has("fix", fix)["artifactChanges"]
            assert has("artifactChange", change)["replacements"]
            for replacement in change["replacements"]:
                has("message", has("replacement", replacement)["insertedContent"])
                check_region(replacement["deletedRegion"])


def test_every_code_has_words_for_what_it_is_about_and_what_to_do() -> None:
    for code, (about, do) in CODES.items():
        assert re.fullmatch(r"[ESLTG]\d\d", code)
        assert about[0].isupper()
        assert not about.endswith(".")
        assert do.endswith(".")


def test_a_code_that_nobody_described_yet_is_still_rendered() -> None:
    report = Report((Problem(Place("a.yaml"), "Z99", "x"),), 0)
    assert "Z99" in as_sarif(report)
    assert "Z99" in as_json(report)
