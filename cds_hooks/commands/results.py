"""What stories came to, as files: JUnit XML for a build server, tables for people."""

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from prompts.stories import Told
from rules.rule import Rule

Results = Iterable[tuple[Rule, list[Told]]]
# What XML 1.0 has no way to write.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_of(results: Results) -> str:
    """One test case a story; a known gap is skipped, a rule without stories is an error."""
    root = ElementTree.Element("testsuites", name="goodday rules test")
    for rule, told in results:
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=rule.id,
            tests=str(len(told)),
            failures=str(sum(not one.right for one in told)),
            errors="0" if told else "1",
            skipped=str(sum(bool(one.gap) for one in told)),
        )
        for one in told:
            case = _case(suite, rule, one)
            if one.wrong:
                failure = ElementTree.SubElement(case, "failure", message=_clean(one.wrong))
                failure.text = _clean("\n".join(one.trace))
            elif one.gap:
                message = _clean(f"known gap: {one.gap}")
                ElementTree.SubElement(case, "skipped", message=message)
        if not told:
            nothing = ElementTree.SubElement(suite, "system-err")
            nothing.text = "This rule has no stories, so nothing shows that it is right."
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


def _case(suite: ElementTree.Element, rule: Rule, one: Told) -> ElementTree.Element:
    at = one.story.at
    return ElementTree.SubElement(
        suite,
        "testcase",
        name=_clean(one.story.name),
        classname=rule.id,
        file=_clean(at.file),
        line=str(at.line),
    )


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def markdown_of(results: Results) -> str:
    """A table for each rule: the story, what it expects, and what came."""
    lines = ["# Stories", ""]
    for rule, told in results:
        lines += [f"## {_cell(rule.title)}", ""]
        if not told:
            lines += ["No stories, so nothing shows that it is right.", ""]
            continue
        lines += ["| story | expected | came | |", "| --- | --- | --- | --- |"]
        for one in told:
            mark = "known gap" if one.gap else "right" if one.right else f"**{_cell(one.wrong)}**"
            row = _cell(one.story.name), _cell(one.story.expect), _cell(one.got), mark
            lines.append(f"| {' | '.join(row)} |")
        lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Text that stays text, and stays in its cell."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~&])", r"\\\1", " ".join(text.split()))
