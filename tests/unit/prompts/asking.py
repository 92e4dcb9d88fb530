"""Short ways to ask rules about somebody with a cough, and to see what came of each."""

from datetime import date

from prompts.choose import choose
from prompts.history import History
from prompts.prompt import Choice, Step
from rules.engine import evaluate
from rules.record import Entry, Kind, PatientRecord
from rules.rule import Practice, Rule
from tests.builders import TODAY, a_record, a_rule, entry, load_files, rule_text

COUGH = entry(Kind.CONDITION, "cough", date="2020-03-01")
HOLDS = load_files({}).library.practice.holds
OURS = Practice("A test", holds=HOLDS)
REFER = "\n- refer: {label: Refer, service: tea-group}"
TEA = "refer:tea-group"


def rule(name: str = "apple", *, offers: str = REFER, purpose: str = "offer", **more: str) -> Rule:
    """A rule for everybody with a cough, with its name as its topic."""
    return a_rule(
        **{
            "id": name,
            "purpose": purpose,
            "card": f"\nsummary: About {name}\nquestion: What about {name}?\nsource: s",
            "exclude": None,
            "offers": offers,
            "quiet": f"{{topic: {name}}}",
            "people": None,
            "tests": None,
            **more,
        }
    )


def net(name: str = "net") -> Rule:
    """A safety net for everybody with a cough."""
    return rule(name, purpose="safety net", when_unknown="prompt", offers=tag("net-tag"))


def tag(code: str) -> str:
    return f"\n- tag: {{label: Tag {code}, code: {code}, words: Ask}}"


def chosen(
    *rules: Rule,
    record: PatientRecord | None = None,
    history: History | None = None,
    practice: Practice = OURS,
    today: date = TODAY,
    lines: tuple[Entry, ...] = (),
) -> Choice:
    known = history or History()
    about = record or a_record(COUGH, *lines)
    return choose(evaluate(rules, about, known.said, today), known, today, practice)


def held(choice: Choice) -> list[tuple[str, str]]:
    return [(one.rule.id, one.step) for one in choice.held]


def on_cards(choice: Choice) -> list[list[str]]:
    return [[one.id for one in prompt.rules] for prompt in choice.prompts]


def steps_of(choice: Choice, name: str) -> tuple[Step, ...]:
    return next(way.steps for way in choice.ways if way.rule.id == name)


def referring(service: str, was: str = "") -> Rule:
    """A rule of a practice that refers to a service, which may have had another name."""
    former = f", also_known_as: [{was}]" if was else ""
    texts = {
        "shared/services.yaml": f"{service}: {{name: Tea, codes: tea-group{former}}}\n",
        "rules/coughing.yaml": rule_text(
            exclude=None, people=None, tests=None,
            offers=f"\n- refer: {{label: Refer, service: {service}}}",
        ),
    }  # fmt: skip
    (found,) = load_files(texts).library.rules
    return found
