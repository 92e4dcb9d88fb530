"""Every lint by its own example: not like this, like this, and from which state on it stops."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from textwrap import indent

import pytest

from rules.lints import ANSWERABLE, LINTS
from rules.load import Loaded
from rules.problems import Problem
from rules.schema.lock import list_problems, lists_in_use
from tests.builders import HEADINGS, list_text, load_files, mark, released_text, rule_text

TODAY = date(2026, 11, 21)
REASON = "The group talked about it in May"

# RULES 5.10. The other lints there warn in draft, and stop in pilot and live.
STOP_IN_DRAFT = {"S03", "S04", "L01", "T05", "T06"} | {"C01", "G04", "G06"}
NEVER_STOP = {"S08", "S09", "L02", "L04", "L05", "L06", "T03", "G02"} | {
    "C02", "C03", "C04", "C05", "C06", "C07", "G05",
}  # fmt: skip
# T04 is held by goodday rules check, mutate and release: tests/unit/prompts/test_proof.py,
# test_gates.py. S12 is about a list as well: test_lints_yours.py.
ELSEWHERE = {"T04", "S12"}

PILOT: Mapping[str, str] = {
    "evidence": "[{claim: Tea helps, source: A trial}]",
    "review_by": "2027-05-31",
    "pdsa": "{cycle: 1, aim: More are asked, measure: yes or no, started: 2026-11-01,"
    " result: Six of nine said yes, decision: adopt}",
    "safety": "{signed_off_by: Anne Example, signed_off_on: 2026-11-20, for_version: 1,"
    " hazards: [Asked at a bad moment]}",
}
FACTS = """
has_cough: {find: condition, codes: cough}
has_copd: {find: condition, codes: copd}
has_asthma: {find: condition, codes: wheeze}
has_said_no: {find: procedure, codes: no-tea}
has_agreed: {find: procedure, codes: tea-group}
home_from_hospital: {find: encounter, codes: visit, within: 7 days}
contact_since: {find: procedure, codes: blow-test, since: 7 days ago}
offered: {find: procedure, codes: tea-group, give: latest date}
offered_in_last_year: {find: procedure, codes: tea-group, within: 12 months}
result_not_filed:
  find: observation
  codes: results-to-share
  status: [registered, preliminary, partial, final, amended, corrected]
  filed: no
"""
HBA1C = """
hba1c: {find: observation, codes: hba1c, give: latest value, unit: mmol/mol, within: 12 months}
"""
CONFIDENCE = """
confidence: {find: observation, codes: pam-level, give: latest value, unit: level, within: 1 year}
"""
COPD = "margaret: {about: 68, age: 68, record: [{condition: copd, date: 2020-03-01}]}"
SENDS = """
- results_ahead:
    label: Draft a letter
    include: results-to-share
    within: 42 days
"""


@dataclass(frozen=True)
class Example:
    """Where a lint's example goes in a rule, and what stands around it."""

    under: str = ""
    headings: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    good: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    files: Mapping[str, str] = field(default_factory=dict[str, str])


STORIES = Example(headings={"people": f"\n{COPD}", "when": "has_copd"})
EXAMPLES: Mapping[str, Example] = {
    "C01": Example("when"),
    "C02": Example("when"),
    "C03": Example(),
    "C04": Example("all"),
    "C05": Example(headings={"facts": None}),
    "C06": Example("when"),
    "C07": Example(files={"copd-help.yaml": rule_text(id="copd-help", quiet="{topic: copd-help}")}),
    "G01": Example(),
    "G02": Example(),
    "G03": Example(files={"practice.yaml": 'name: x\npeople: ["Anne Example, GP"]\n'}),
    "G04": Example(headings={"review_by": None, "pdsa": None}),
    "G05": Example(),
    "G06": Example(),
    "L01": Example("card"),
    "L02": Example("card"),
    "L03": Example("card"),
    "L04": Example("refer"),
    "L05": Example("message", {"offers": "\n- message: {label: Send it, template: hello}"}),
    "L06": Example("card"),
    "L07": Example("card"),
    "S01": Example(),
    "S02": Example(),
    "S03": Example(),
    "S04": Example("all", {"facts": FACTS + HBA1C}),
    "S05": Example(headings={"exclude": None}),
    "S06": Example(headings={"offers": SENDS}),
    "S07": Example(files={"copd-help.yaml": rule_text(id="copd-help", quiet="{topic: copd-help}")}),
    "S08": Example("facts", {"when": "{hba1c: {at_least: 58 mmol/mol}}"}),
    "S09": Example("all"),
    "S10": Example("list", {"when": "has_copd"}),
    "S11": Example(headings={"facts": FACTS + CONFIDENCE, "when": "has_cough"}),
    "S13": Example(
        files={
            "copd-help.yaml": rule_text(
                id="copd-help",
                quiet="{topic: coughing}",
                offers="\n- tag: {label: Later, code: ask-later, words: Ask later}",
            )
        }
    ),
    "T01": STORIES,
    "T02": STORIES,
    "T03": Example(
        headings={
            "people": f"\n{COPD}",
            "facts": None,
            "when": "\nage: {at_least: 18}\n",
            "tests": "\n- {name: x, person: margaret, expect: prompt}",
        }
    ),
    "T05": Example("sam"),
    "T06": Example("test", {"people": f"\n{COPD}", "when": "has_copd"}),
}


def load(code: str, snippet: str, **more: str | None) -> Loaded:
    """A practice with one rule that has this in it."""
    example = EXAMPLES[code]
    headings = {"facts": FACTS, **example.headings, **more}
    files: dict[str, str | bytes] = {
        "value-sets/hba1c.yaml": list_text("hba1c", ["hba1c"]),
        "value-sets/asthma.yaml": list_text("asthma", ["wheeze"]),
        **example.files,
    }
    match example.under:
        case "":
            headings |= split(snippet)
        case "when":
            headings["when"] = f"\n{snippet}"
        case "all":
            headings["when"] = f"\nall:\n{snippet}"
        case "card":
            card = {**split(HEADINGS["card"].replace("\n        ", "\n")), **split(snippet)}
            headings["card"] = joined(card)
        case "refer":
            offer = indent(snippet, "    ")
            headings["offers"] = f"\n- refer:\n{offer}    service: tea-group\n"
        case "facts":
            headings["facts"] = f"\n{snippet}"
        case "message":
            words = indent(snippet, "  ")
            files["shared/messages.yaml"] = f"hello:\n  name: x\n{words}"
        case "list":
            words = list_text("copd", ["copd"]).replace("reviewed: 2026-11-21\n", "")
            files["value-sets/copd.yaml"] = words.replace("id: copd\n", snippet)
        case "sam":
            headings["people"] = f"\nsam:\n{indent(snippet, '  ')}  age: 60\n"
        case _:
            story = "- name: x\n  person: margaret\n  expect: no prompt\n"
            headings["tests"] = f"\n{story}{indent(snippet, '  ')}"
    if "status" in more:
        headings["status"] = more["status"]
    files["coughing.yaml"] = rule_text(**headings)
    if headings.get("status") == "live" and "released" not in headings:
        headings["released"] = mark(load_files(files))
        files["coughing.yaml"] = rule_text(**headings)
    return load_files(files, TODAY)


def split(text: str) -> dict[str, str | None]:
    """The headings of an example and what stands under each."""
    found: dict[str, str | None] = {}
    heading = ""
    for line in text.strip("\n").split("\n"):
        if line.startswith(("#", " ")):
            found |= {heading: f"{found[heading]}\n{line}"} if line[0] == " " else {}
        else:
            heading, _, value = line.partition(":")
            found[heading] = value.strip()
    return found


def joined(headings: Mapping[str, str | None]) -> str:
    return "\n" + "\n".join(f"{heading}: {value}" for heading, value in headings.items())


def said(loaded: Loaded, code: str) -> list[Problem]:
    """What a lint says of it; lists are looked at with the rules, as rules check does."""
    lists = list_problems(loaded.lists, lists_in_use(loaded.library), TODAY)
    reviews = [p for p in lists if "review date" in p.says]
    return [p for p in [*loaded.problems, *reviews] if p.code == code]


def shown(status: str) -> dict[str, str | None]:
    """What a rule in pilot or live has to have, as far as an example does not say otherwise."""
    return {} if status == "draft" else dict(PILOT)


def spoken(code: str, snippet: str, status: str, **more: str | None) -> list[Problem]:
    around = {**shown(status), **EXAMPLES[code].headings, **more}
    return said(load(code, snippet, **around, status=status), code)


def test_every_lint_is_shown_here() -> None:
    assert EXAMPLES.keys() | ELSEWHERE == LINTS.keys()


@pytest.mark.parametrize("status", ["draft", "pilot", "live"])
@pytest.mark.parametrize("code", EXAMPLES)
def test_a_lint_speaks_of_what_is_not_right_and_stops_as_the_table_says(
    code: str, status: str
) -> None:
    found = spoken(code, LINTS[code].not_like_this, status)
    if (code == "G04" and status == "draft") or (code == "G05" and status != "pilot"):
        assert found == []  # a draft may lack everything, and of a live rule G04 says it
        return
    assert found
    stops = code in STOP_IN_DRAFT or (status != "draft" and code not in NEVER_STOP)
    assert {problem.stops for problem in found} == {stops}
    assert all(problem.hint or problem.more for problem in found)


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_lint_stands_at_a_line_of_its_own_and_not_at_the_top(code: str) -> None:
    for problem in spoken(code, LINTS[code].not_like_this, "pilot"):
        if code == "S10":  # it is about a whole file
            assert problem.at.file.endswith("copd.yaml")
        else:
            assert problem.at.file.endswith("coughing.yaml")
            assert problem.at.line > 1


@pytest.mark.parametrize("status", ["draft", "pilot", "live"])
@pytest.mark.parametrize("code", EXAMPLES)
def test_a_lint_is_silent_about_what_is_right(code: str, status: str) -> None:
    decided = "  result: Six of nine said yes\n  decision: adopt\n"
    more = decided if code == "G04" and status == "live" else ""
    assert spoken(code, LINTS[code].like_this + more, status) == []


@pytest.mark.parametrize("status", ["draft", "pilot"])
@pytest.mark.parametrize("code", sorted(ANSWERABLE))
def test_a_lint_that_is_answered_with_a_reason_is_counted_and_silent(
    code: str, status: str
) -> None:
    more: dict[str, str | None] = {"purpose": "information"} if code == "S03" else {}
    around = {**shown(status), **EXAMPLES[code].headings, **more}
    allow = f"{{{code}: {REASON}}}"
    loaded = load(code, LINTS[code].not_like_this, **around, status=status, allow=allow)
    assert said(loaded, code) == []
    assert {(each.problem.code, each.reason) for each in loaded.answered} == {(code, REASON)}
    assert not [problem for problem in loaded.problems if "nothing to answer" in problem.says]


def test_an_answer_to_nothing_is_said_where_it_stands() -> None:
    loaded = load("S01", LINTS["S01"].like_this, allow=f"{{S01: {REASON}}}")
    (problem,) = [p for p in loaded.problems if "nothing to answer" in p.says]
    assert problem.at.line > 1


@pytest.mark.parametrize("code", sorted(LINTS.keys() - ANSWERABLE))
def test_what_stops_a_draft_cannot_be_answered(code: str) -> None:
    loaded = load_files({"coughing.yaml": rule_text(allow=f"{{{code}: {REASON}}}")})
    assert [p.code for p in loaded.stops] == ["E01"]


@pytest.mark.parametrize("purpose", ["offer", "safety net"])
def test_only_a_rule_that_informs_may_speak_about_everybody(purpose: str) -> None:
    example = LINTS["S03"].not_like_this
    loaded = load("S03", example, purpose=purpose, allow=f"{{S03: {REASON}}}")
    (problem,) = said(loaded, "S03")
    assert problem.stops
    assert loaded.answered == []


SHADOW_NOW, SHADOW_THEN = "it is in shadow, and nobody is shown it", "it goes into shadow after it"


@pytest.mark.parametrize(
    ("review_by", "says"),
    [
        ("2026-01-01", f"has passed: {SHADOW_NOW}."),
        ("2026-11-20", f"has passed: {SHADOW_NOW}."),
        ("2026-11-21", f"is in 0 days: {SHADOW_THEN}."),
        ("2026-11-22", f"is in 1 day: {SHADOW_THEN}."),
        ("2026-12-21", f"is in 30 days: {SHADOW_THEN}."),
        ("2026-12-22", ""),
        ("2027-11-21", ""),
    ],
)
@pytest.mark.parametrize("status", ["draft", "pilot"])
def test_a_review_is_told_from_thirty_days_before_it_and_stops_nothing(
    status: str, review_by: str, says: str
) -> None:
    text = rule_text(**{**PILOT, "status": status, "review_by": review_by})
    found = [p for p in load_files({"coughing.yaml": text}, TODAY).problems if p.code == "G02"]
    assert len(found) == bool(says)
    assert all(problem.says.endswith(says) and not problem.stops for problem in found)


@pytest.mark.parametrize(
    ("review_by", "stops"), [("2027-11-21", False), ("2027-11-22", True), ("2047-05-31", True)]
)
def test_a_review_is_at_most_a_year_away(review_by: str, stops: bool) -> None:
    files = {"coughing.yaml": rule_text(review_by=review_by)}
    found = [problem for problem in load_files(files, TODAY).problems if problem.code == "G06"]
    assert len(found) == stops
    for problem in found:
        assert problem.stops
        assert problem.says.endswith(f"{review_by}, is more than 12 months away.")
        assert problem.hint == "Type: review_by: 2027-11-21, or a day before it."
    assert not [p for p in load_files(files).problems if p.code == "G06"], "nobody says what day"


@pytest.mark.parametrize(
    ("review_by", "when"), [("2026-01-01", "has passed"), ("2026-11-22", "is in 1 day")]
)
def test_a_safety_net_goes_on_after_its_review_date(review_by: str, when: str) -> None:
    text = rule_text(review_by=review_by, purpose="safety net")
    problems = load_files({"coughing.yaml": text}, TODAY).problems
    (problem,) = [problem for problem in problems if problem.code == "G02"]
    assert problem.says.endswith(f"{when}: it is a safety net, and goes on.")


CRITICAL = "{summary: x, question: What helps?, source: x, indicator: critical}"


@pytest.mark.parametrize("status", ["draft", "pilot", "live"])
@pytest.mark.parametrize(("version", "signed"), [(None, False), (7, False), (1, True)])
def test_a_critical_card_is_signed_off_before_anybody_sees_it(
    status: str, version: int | None, signed: bool
) -> None:
    sign_off = PILOT["safety"].replace("version: 1", f"version: {version}") if version else None
    headings = {**PILOT, "status": status, "safety": sign_off, "purpose": "safety net"}
    text = rule_text(**headings, card=CRITICAL)
    found = [p for p in load_files({"coughing.yaml": text}).problems if "critical" in p.says]
    assert [p.stops for p in found] == ([] if signed or status == "draft" else [True])
    assert all(text.splitlines()[p.at.line - 1].startswith("card:") for p in found)


LIVE: Mapping[str, str] = {**PILOT, "status": "live", "owner": "Priya Shah, practice manager"}


@pytest.mark.parametrize(
    ("headings", "line", "says"),
    [
        pytest.param({}, "", "", id="everything as it is meant to be"),
        pytest.param(
            {"safety": PILOT["safety"].replace("2026-11-20", "2031-01-01")},
            "safety",
            "The safety sign-off is dated 2031-01-01, which is still to come.",
            id="a sign-off in years to come",
        ),
        pytest.param(
            {"safety": PILOT["safety"].replace("Anne Example", "Dr Priya Shah")},
            "safety",
            "The owner has signed it off alone.",
            id="the owner alone",
        ),
        pytest.param(
            {"safety": PILOT["safety"].replace("for_version: 1", "for_version: 7")},
            "safety",
            "A live rule needs a safety sign-off for its version, which is 1.",
            id="another version",
        ),
        pytest.param(
            {"pdsa": PILOT["pdsa"].replace("adopt", "abandon")},
            "pdsa",
            "It was decided to abandon this rule, and it is live.",
            id="abandoned",
        ),
    ],
)
def test_the_gates_to_live_hold_for_a_file_that_says_live(
    headings: dict[str, str], line: str, says: str
) -> None:
    text = released_text(**{**LIVE, **headings})
    found = [p for p in load_files({"coughing.yaml": text}, TODAY).problems if p.code == "G04"]
    assert [problem.says for problem in found] == ([says] if says else [])
    for problem in found:
        assert problem.stops
        assert text.splitlines()[problem.at.line - 1].startswith(f"{line}:")


def test_a_short_quiet_period_of_an_offer_is_told_once() -> None:
    loaded = load_files({"coughing.yaml": rule_text(quiet="{topic: x, after_declined: 14 days}")})
    assert [problem.code for problem in loaded.problems] == ["E31"]
