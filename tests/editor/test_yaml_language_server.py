"""The schemas of ``goodday rules schema``, in the language server that editors use for YAML."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.builders import write_folder
from tests.editor.language_server import SERVER, Editor

OURS = [
    "practice.yaml",
    "words.yaml",
    "value-sets/cough.yaml",
    "shared/services.yaml",
    "shared/facts.yaml",
]
LIBRARY = Path(__file__).parents[2] / "rules" / "library"
RULES = ["my-rule", *sorted(path.stem for path in LIBRARY.rglob("*.yaml"))]

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed"),
    pytest.mark.skipif(not SERVER.exists(), reason="make editor has not fetched the server"),
]


def goodday(*arguments: str | Path, cwd: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "cds_hooks", *map(str, arguments)],
        cwd=cwd, check=True, capture_output=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice's folder with a new rule, the library's files, slips, and the schemas for them."""
    folder = tmp_path_factory.mktemp("practice")
    write_folder(
        folder,
        {
            "practice.yaml": "name: The Test Surgery\n",
            "words.yaml": "blaming: {naughty: x}\n",
            "shared/facts.yaml": "has_tea: {find: entry, codes: wheeze}\n",
        },
    )
    goodday("rules", "new", "my-rule", "--editor", cwd=folder)
    for path in LIBRARY.rglob("*.yaml"):
        shutil.copy(path, folder)
    goodday("rules", "schema", ".", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def editor(practice: Path) -> Iterator[Editor]:
    settings = json.loads((practice / ".vscode/settings.json").read_text("utf-8"))
    with Editor(practice, {"yaml.schemas": settings["yaml.schemas"]}) as opened:
        yield opened


@dataclass
class Slip:
    """The new rule with one thing in it written otherwise, in a file of its own."""

    editor: Editor
    name: str
    line: int

    def problems(self) -> list[tuple[int, str]]:
        """What is underlined: how many lines below the slip, and what is said."""
        return [(at - self.line, says) for at, says in self.editor.problems(self.name)]


@pytest.fixture
def slip(practice: Path, editor: Editor) -> Callable[[str, str], Slip]:
    def written(old: str, new: str) -> Slip:
        before, found, after = (practice / "my-rule.yaml").read_text("utf-8").partition(old)
        assert found
        name = f"slip-{len(list(practice.iterdir()))}.yaml"
        (practice / name).write_text(before + new + after, encoding="utf-8")
        return Slip(editor, name, before.count("\n"))

    return written


@pytest.mark.parametrize(
    "name", ["my-rule", *sorted(path.stem for path in LIBRARY.rglob("*.yaml"))]
)
def test_a_good_rule_has_nothing_underlined(editor: Editor, name: str) -> None:
    assert editor.problems(f"{name}.yaml") == []


@pytest.mark.parametrize(
    "name",
    [
        "practice.yaml",
        "value-sets/cough.yaml",
        "shared/services.yaml",
        "shared/facts.yaml",
        "words.yaml",
    ],
)
def test_files_beside_the_rules_have_their_own_schemas(editor: Editor, name: str) -> None:
    assert editor.problems(name) == []


SLIPS = [
    pytest.param("exclude:\n", "exlude:\n", "exlude is not allowed", id="a heading"),
    pytest.param("codes: copd\n", "codes: coppd\n", '"copd"', id="a code list"),
    pytest.param("codes: copd\n", "codes: coppd\n", '"wheeze"', id="with the practice's own lists"),
    pytest.param("status: draft", "status: drafft", '"pilot"', id="a word of a closed list"),
    pytest.param("hook: patient-view", "hook: patient-veiw", '"patient-view"', id="a hook"),
    pytest.param("find: condition", "find: condtion", '"condition"', id="a place to look"),
    pytest.param("  question: What", "  qestion: What", "qestion", id="a heading inside a block"),
    pytest.param("    status: active\n", "    within: 9 monts\n", "pattern", id="a length"),
    pytest.param("shared: palliative", "shared: paliative", '"palliative"', id="an exclusion"),
]


@pytest.mark.parametrize(("old", "new", "told"), SLIPS)
def test_a_slip_is_underlined_where_it_is(
    slip: Callable[[str, str], Slip], old: str, new: str, told: str
) -> None:
    found = slip(old, new).problems()
    assert [line for line, says in found if told in says] == [0]


def test_a_slip_in_a_code_list_is_told_as_one(practice: Path, editor: Editor) -> None:
    text = (practice / "value-sets/cough.yaml").read_text("utf-8")
    (practice / "value-sets/slip.yaml").write_text(text.replace("reviewed:", "reveiwed:"), "utf-8")
    says = [says for _, says in editor.problems("value-sets/slip.yaml")]
    assert says == ['Missing property "reviewed".', "Property reveiwed is not allowed."]


def test_the_names_of_code_lists_are_offered_to_whoever_types(
    slip: Callable[[str, str], Slip], editor: Editor
) -> None:
    typing = slip("codes: copd\n", "codes: \n")
    typing.problems()
    offered = editor.completions(typing.name, typing.line, len("    codes: "))
    assert {"copd", "wheeze", "copd-self-management-offer"} <= set(offered)


def test_headings_that_are_not_there_yet_are_offered(
    slip: Callable[[str, str], Slip], editor: Editor
) -> None:
    typing = slip("  topic: my-rule\n", "  topic: my-rule\n  \n")
    typing.problems()
    offered = editor.completions(typing.name, typing.line + 1, 2)
    assert "after_not_now" in offered
    assert "after_declined" not in offered


HELP = [
    pytest.param("hook:", 1, "The moment at which it is asked", id="one word or several"),
    pytest.param("title:", 1, "What the rule does", id="a sentence"),
    pytest.param("card:", 1, "What the clinician reads", id="a block"),
    pytest.param("find: condition", 5, "Where to look", id="inside a block"),
    pytest.param("codes: copd", 5, "What to look for", id="the names of lists"),
    pytest.param("after_declined:", 3, "How long people are left alone", id="a length of time"),
]


@pytest.mark.parametrize(("heading", "column", "told"), HELP)
def test_the_mouse_over_a_heading_says_what_it_means(
    slip: Callable[[str, str], Slip], editor: Editor, heading: str, column: int, told: str
) -> None:
    resting = slip(heading, heading)
    resting.problems()
    assert told in editor.hover(resting.name, resting.line, column)
