"""The report of an examination: as text, as JSON, and as one page."""

import json
from collections.abc import Iterator

from cds_hooks.conformance.examine import Examined
from cds_hooks.conformance.notes import Result, Status
from cds_hooks.conformance.requirements import AREAS
from cds_hooks.pages.html import style, templates

# How many places of one finding are told; the others are counted.
_MOST = 3
_STYLES = {Status.PASSED: "green", Status.FOUND: "bold red", Status.NOT_TRIED: "dim"}


def by_area(examined: Examined) -> dict[str, list[Result]]:
    """The results under the names of their areas."""
    found: dict[str, list[Result]] = {name: [] for name in AREAS.values()}
    for result in examined.results:
        found[AREAS[result.requirement.id[0]]].append(result)
    return found


def in_a_line(examined: Examined) -> str:
    """The whole in a sentence."""
    passed = len(examined.of(Status.PASSED))
    must = len(examined.of(Status.FOUND, "MUST"))
    other = len(examined.of(Status.FOUND, "SHOULD", "MAY"))
    untried = len(examined.of(Status.NOT_TRIED))
    return (
        f"{passed} passed, {must} MUST not met, {other} SHOULD or MAY not met, {untried} not tried."
    )


def said(result: Result) -> list[str]:
    """What is to be told beside a requirement: what is wrong and where, or why it was not tried."""
    if result.status is Status.NOT_TRIED:
        return [result.why]
    lines = [f"{one.where}: {one.says}" for one in result.findings[:_MOST]]
    more = len(result.findings) - len(lines)
    return [*lines, f"and {more} more"] if more else lines


def as_text(examined: Examined) -> Iterator[tuple[str, str]]:
    """Lines, each with its style."""
    yield f"CDS Hooks 2.0.1 at {examined.address}", "bold"
    asked = ", ".join(f"{one.id} ({one.hook})" for one in examined.asked) or "none"
    yield f"Services: {asked}", ""
    for area, results in by_area(examined).items():
        yield "", ""
        yield area, "bold"
        for result in results:
            one = result.requirement
            yield (
                f"  {one.id:<4}{one.level:<7}{result.status:<10}{one.says}",
                _STYLES[result.status],
            )
            for line in said(result):
                yield f"{'':<23}{line}", ""
    yield "", ""
    for aside in examined.asides:
        yield aside, ""
    yield in_a_line(examined), "bold"


def as_json(examined: Examined) -> str:
    """For another program."""
    whole = {
        "address": examined.address,
        "version": "2.0.1",
        "at": examined.at.isoformat(timespec="seconds"),
        "seconds": round(examined.took, 3),
        "services": [{"id": one.id, "hook": one.hook} for one in examined.asked],
        "results": [
            {
                "id": result.requirement.id,
                "level": result.requirement.level,
                "says": result.requirement.says,
                "status": result.status.value,
                **({"why": result.why} if result.why else {}),
                **(
                    {"found": [{"where": f.where, "says": f.says} for f in result.findings]}
                    if result.findings
                    else {}
                ),
            }
            for result in examined.results
        ],
        "notes": list(examined.asides),
    }
    return json.dumps(whole, indent=2)


def as_html(examined: Examined) -> str:
    """One page that needs nothing beside it."""
    made = templates("cds_hooks.conformance", strict=True)
    return made.get_template("report.html").render(
        examined=examined,
        line=in_a_line(examined),
        areas=by_area(examined),
        said=said,
        style=style().decode(),
        found=examined.of(Status.FOUND),
        at=examined.at.strftime("%d %B %Y, %H:%M UTC").lstrip("0"),
    )
