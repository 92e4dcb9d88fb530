"""``shared/messages.yaml``: the texts that can be sent to people, in plain words."""

import pytest

from rules.problems import Problem
from rules.reading import Reader
from rules.rule import Message
from rules.schema.lists import read_messages
from rules.schema.names import Names
from rules.text import read_text
from tests.builders import load_files

HELLO = """
tea-invitation:
  name: Invitation to the tea group
  text: |
    The tea group meets on Tuesdays.
    You are welcome to come along.
"""


def problems(text: str) -> list[Problem]:
    return load_files({"shared/messages.yaml": text}).problems


def test_a_message_has_a_name_for_staff_and_a_text_for_people() -> None:
    assert problems(HELLO) == []
    node, found = read_text(HELLO.encode(), "shared/messages.yaml")
    assert node is not None
    assert read_messages(Reader(found), node, Names()) == {
        "tea-invitation": Message(
            "tea-invitation",
            "Invitation to the tea group",
            "The tea group meets on Tuesdays.\nYou are welcome to come along.",
        )
    }


@pytest.mark.parametrize(
    ("text", "code", "says", "line", "column"),
    [
        pytest.param(
            HELLO.replace("Tuesdays", "<b>Tuesdays</b>"), "E10", "Pictures, links and HTML", 4, 9,
            id="HTML",
        ),
        pytest.param(
            HELLO.replace("Tuesdays", "https://tea.example"), "E10", "Pictures, links and HTML", 4,
            9, id="a link",
        ),
        pytest.param(
            "tea: {name: Tea}\n", "E09", 'A message needs "text:".', 1, 6, id="no text"
        ),
        pytest.param(
            "tea: {text: Tea}\n", "E09", 'A message needs "name:".', 1, 6, id="no name"
        ),
        pytest.param(
            "tea: {name: a, text: b, channel: text}\n", "E01",
            '"channel" is not a heading I know in a message.', 1, 25, id="another heading",
        ),
        pytest.param("Tea: {name: a, text: b}\n", "E10", '"Tea" cannot be a name.', 1, 1,
                     id="a name that is none"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_says_why_at_its_place(
    text: str, code: str, says: str, line: int, column: int
) -> None:
    (problem,) = problems(text)
    assert problem.code == code
    assert problem.says.startswith(says)
    assert (problem.at.line, problem.at.column) == (line, column)
