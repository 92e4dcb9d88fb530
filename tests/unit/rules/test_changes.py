"""What changed in a rule, in words, what leaves somebody alone less, and who needs to look."""

import pytest

from rules.changes import Difference, Part, Version, differences, who_needs_to_look
from tests.builders import load_text, rule_text


def found(old: dict[str, str | None], new: dict[str, str | None]) -> tuple[Difference, ...]:
    versions: list[Version] = []
    for changed in (old, new):
        library = load_text(rule_text(**{"people": None, "tests": None, **changed})).library
        versions.append(Version(library.rules[0], library.code_lists))
    return differences(*versions)


def facts(window: str, *, filed: str = "cough") -> str:
    return (
        "\nhas_cough: {find: condition, codes: cough}"
        f"\nvisited: {{find: entry, codes: {filed}, within: {window}}}"
    )


MINE = "\n- {if: visited, because: They were here, if_unknown: %s}"
CARD = "\nsummary: %s\nquestion: What does a good day look like?\nsource: The test suite"


@pytest.mark.parametrize(
    ("old", "new", "part", "says", "weaker", "who"),
    [
        pytest.param(
            {}, {"when": "\nnot: has_cough"},
            Part.WHO_FOR, "+ this is not so: has cough", False, "owner", id="who it is for",
        ),
        pytest.param(
            {}, {"exclude": "\n- shared: palliative\n- shared: deceased"},
            Part.WHO_NOT_FOR, 'deceased is new: "The record says that this person has died"',
            False, "clinical safety", id="an exclusion more",
        ),
        pytest.param(
            {}, {"exclude": None},
            Part.WHO_NOT_FOR, 'palliative was removed: "This person is receiving palliative care"',
            True, "clinical safety", id="an exclusion less",
        ),
        pytest.param(
            {"facts": facts("12 months"), "exclude": MINE % "exclude"},
            {"facts": facts("12 months"), "exclude": MINE % "include"},
            Part.WHO_NOT_FOR, "visited: where that cannot be told, it does not exclude any more",
            True, "clinical safety", id="an exclusion that lets doubt through",
        ),
        pytest.param(
            {"facts": facts("12 months"), "exclude": MINE % "exclude"},
            {"facts": facts("6 months"), "exclude": MINE % "exclude"},
            Part.LOOKED_UP, "visited: within: 12 months -> 6 months",
            True, "clinical safety", id="a window of an exclusion",
        ),
        pytest.param(
            {"facts": facts("12 months")}, {"facts": facts("6 months")},
            Part.LOOKED_UP, "visited: within: 12 months -> 6 months",
            False, "owner", id="a window of something else",
        ),
        pytest.param(
            {}, {"card": CARD % "What would help?"},
            Part.WORDING, 'summary: "What would help on ordinary days?" -> "What would help?"',
            False, "people it is for", id="words",
        ),
        pytest.param(
            {"quiet": "{topic: coughing, after_declined: 24 months}"},
            {"quiet": "{topic: coughing, after_declined: 18 months}"},
            Part.QUIET, "after declined: 24 months -> 18 months",
            True, "clinical safety", id="a shorter quiet period",
        ),
        pytest.param(
            {"quiet": "{topic: coughing, after_declined: 18 months}"},
            {"quiet": "{topic: coughing, after_declined: 24 months}"},
            Part.QUIET, "after declined: 18 months -> 24 months",
            False, "owner", id="a longer quiet period",
        ),
        pytest.param(
            {}, {"quiet": "{topic: tea, also_known_as: [coughing]}"},
            Part.QUIET, "topic: coughing -> tea", False, "owner", id="a topic with its former name",
        ),
        pytest.param(
            {}, {"quiet": "{topic: tea}"},
            Part.QUIET, "topic: coughing -> tea, so that no answer to it is heard any more",
            True, "clinical safety", id="a topic whose answers are forgotten",
        ),
        pytest.param(
            {}, {"when_unknown": "prompt"},
            Part.WHO_FOR, "where that cannot be told, it prompts now",
            True, "clinical safety", id="prompts where it cannot be told",
        ),
    ],
)  # fmt: skip
def test_a_change_is_told_and_whoever_needs_to_look(
    old: dict[str, str | None],
    new: dict[str, str | None],
    part: Part,
    says: str,
    weaker: bool,
    who: str,
) -> None:
    changes = found(old, new)
    assert (part, says, weaker) in [(one.part, one.says, one.weaker) for one in changes]
    looks = who_needs_to_look(changes, load_text(rule_text()).library.rules[0])
    assert looks[0].who == who
    assert looks[-1].who == "owner"
    assert all(one.who != "clinical safety" for one in looks) or who == "clinical safety"


def test_comments_layout_and_order_are_no_change() -> None:
    assert not found({}, {"title": "Another title", "owner": "Somebody else"})
    assert not who_needs_to_look((), load_text(rule_text()).library.rules[0])
