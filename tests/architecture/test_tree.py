"""What lies where: the top of the repository, the size of files, and what no file may hold."""

import ast
import re

import pytest

from tests.architecture.project import ROOT, SETTINGS, tracked

TOP_LEVEL = {
    "rules", "prompts", "fhir_adapters", "cds_hooks", "tests",
    "pyproject.toml", "README.md",
    "LICENSE", "Makefile", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
    "requirements.lock", "requirements-dev.lock",
}  # fmt: skip

LONGEST = 400
# Longer files that still hold one idea, each with the reason: {"rules/example.py": "why"}.
LONGER = {
    "tests/unit/rules/test_problems.py": "one table, a row for each thing said to authors",
}

# If a function has no home, its noun is missing.
NO_NOUNS = {
    "base", "common", "core", "handler", "handlers", "helper", "helpers", "manager", "misc",
    "service", "services", "util", "utils",
}  # fmt: skip


def test_the_top_of_the_repository_holds_what_was_agreed() -> None:
    found = {name.partition("/")[0] for name in tracked()}
    assert {name for name in found if not name.startswith(".")} <= TOP_LEVEL


def test_every_package_says_that_it_is_typed() -> None:
    typed = [name for name in tracked("*/py.typed") if name.count("/") == 1]
    assert typed == [
        "cds_hooks/py.typed",
        "fhir_adapters/py.typed",
        "prompts/py.typed",
        "rules/py.typed",
    ]


def test_no_file_is_longer_than_a_chapter() -> None:
    lines = {name: (ROOT / name).read_bytes().count(b"\n") for name in tracked("*.py")}
    assert {name for name, count in lines.items() if count > LONGEST} == set(LONGER)
    assert all(LONGER.values())


def test_every_file_is_named_after_what_it_holds() -> None:
    names = {name.rpartition("/")[2].removesuffix(".py") for name in tracked("*.py")}
    assert not names & NO_NOUNS


# Written in parts, so that this file does not hold them.
ELSEWHERE = {
    "a folder of one machine": "/{}/".format("work"),
    "the home of one machine's root": "/{}/".format("root"),
    "somebody's home": "/{}/".format("home"),
    "the Python package index": "pypi" + ".org",
    "where that index keeps files": "python" + "hosted.org",
    "the npm registry": "registry" + ".npmjs",
    "a mirror in a setting": "index" + "-url =",
    "wheels of one machine": "/opt" + "/wheels",
}


@pytest.mark.parametrize("text", ELSEWHERE.values(), ids=ELSEWHERE)
def test_no_file_knows_a_registry_or_a_machine(text: str) -> None:
    assert [name for name in tracked() if text.encode() in (ROOT / name).read_bytes()] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_has_hashes_for_everything_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    packages = re.split(r"\n(?=\S)", text.strip())
    assert len(packages) > 20
    for package in packages:
        first, *hashes = package.splitlines()
        assert re.fullmatch(r"[a-z0-9.-]+==\S+( ; .+)? \\", first), first
        assert hashes
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in hashes)


def test_no_lock_file_has_an_address_whoever_wrote_it() -> None:
    """npm writes whom to thank for a package, with an address, into its lock."""
    locks = tracked("*.lock", "*package-lock.json")
    assert len(locks) > 4
    assert [lock for lock in locks if "://" in (ROOT / lock).read_text("utf-8")] == []


def test_what_runs_is_locked_the_same_for_developers() -> None:
    pins = {
        lock: set(re.findall(r"^([a-z0-9.-]+==\S+)", (ROOT / lock).read_text("utf-8"), re.M))
        for lock in ("requirements.lock", "requirements-dev.lock")
    }
    assert pins["requirements.lock"] <= pins["requirements-dev.lock"]


def test_every_requirement_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = text.partition("\ndependencies = [\n")[2].partition("\n]")[0].splitlines()
    assert len(listed) == len(SETTINGS["project"]["dependencies"])
    assert [line for line in listed if not re.search(r'", +# \w', line)] == []


# (what needs a reason, what the line has to look like)
REASONS = {
    "an ignored type": (r"\btype: ignore|\bpyright: ignore", r"ignore\[[\w, -]+\].* - \w"),
    "an ignored lint": (r"# noqa", r"# noqa: [A-Z0-9, ]+ - \w"),
    "a cast": (r"\bcast\(", r"# \w"),
    "a line that is not covered": (r"pragma: no (cover|branch)", r"pragma: no (cover|branch) - \w"),
    "a test that is passed over": (r"mark\.(skip|xfail)", r"reason="),
}


@pytest.mark.parametrize(("what", "reason"), REASONS.values(), ids=REASONS)
def test_what_is_passed_over_has_its_reason_on_the_line(what: str, reason: str) -> None:
    bare = [
        f"{name}:{number}"
        for name in tracked("*.py")
        if name != "tests/architecture/test_tree.py"
        for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1)
        if re.search(what, line) and not re.search(reason, line)
    ]
    assert bare == []


def test_any_has_a_comment_that_says_why() -> None:
    bare: list[str] = []
    for name in tracked("*.py"):
        source = (ROOT / name).read_text("utf-8")
        lines = ["", *source.splitlines()]
        bare += [
            f"{name}:{node.lineno}"
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Name) and node.id == "Any"
            if "#" not in lines[node.lineno] + lines[node.lineno - 1]
        ]
    assert bare == []
