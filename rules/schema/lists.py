"""Code lists and services: value-sets/*.yaml and shared/services.yaml."""

from rules.codes import SNOMED, SYSTEMS, TRAPS, Code, CodeList, snomed_problem
from rules.problems import did_you_mean
from rules.reading import Reader
from rules.rule import Service
from rules.schema.names import Names
from rules.text import Block, Node

_LIST_KEYS = ("id", "title", "source", "owner", "reviewed", "review_by", "note", "codes")
_CODE_KEYS = ("code", "words", "system", "grade", "verify")


def read_list(reader: Reader, node: Node, stem: str) -> CodeList | None:
    """One code list. Codes are checked digit by digit; what is grade C needs a ``verify`` note."""
    block = reader.block(node, "A code list")
    if block is None:
        return None
    reader.keys(
        block,
        "a code list",
        _LIST_KEYS,
        needed=("id", "title", "source", "reviewed", "codes"),
    )
    name = reader.get(block, "id", reader.name)
    title = reader.get(block, "title", reader.prose)
    for key in ("source", "owner", "note"):
        reader.get(block, key, reader.prose)
    for key in ("reviewed", "review_by"):
        reader.get(block, key, reader.day)
    if name is not None and name != stem:
        reader.stop(
            block.pairs["id"][1].at,
            "E15",
            f'The list is called "{name}" and its file "{stem}".',
            "Give both the same name.",
        )
    words: dict[Code, str] = {}
    if "codes" in block.pairs:
        for item in reader.listed(block.pairs["codes"][1], '"codes"'):
            _read_code(reader, item, words)
    if name is None or title is None or not words:
        return None  # each has been reported
    return CodeList(name, title, words)


def _read_code(reader: Reader, node: Node, words: dict[Code, str]) -> None:
    block = reader.block(node, "Each code")
    if block is None:
        return
    reader.keys(block, "a code", _CODE_KEYS, needed=("code", "words"))
    value = reader.get(block, "code", reader.text)
    system: str | None = SNOMED
    if "system" in block.pairs:
        system = reader.one_of(block.pairs["system"][1], SYSTEMS, "systems")
    plain = reader.get(block, "words", reader.prose)
    grade = reader.get(block, "grade", reader.text)
    verify = reader.get(block, "verify", reader.prose)
    if value is None or system is None:
        return
    at = block.pairs["code"][1].at
    if system == SNOMED and (problem := snomed_problem(value)):
        code = "E23" if value in TRAPS else "E22" if "description" in problem[0] else "E21"
        reader.stop(at, code, *problem)
        return
    if grade is not None and grade not in ("A", "B", "C"):
        reader.stop(
            block.pairs["grade"][1].at,
            "E10",
            f'"{grade}" is not a grade: A, B or C.',
            "A trap (X) can never be used.",
        )
    if grade == "C" and verify is None:
        reader.stop(
            at,
            "E09",
            "A grade C code needs a verify: note saying what to look up before it is used.",
        )
    key = Code(system, value)
    if key in words:
        reader.stop(at, "E15", f"{value} is already in this list.")
    elif plain is not None:
        words[key] = plain


def read_services(reader: Reader, node: Node, names: Names) -> dict[str, Service]:
    """Where referrals go: name by name, what it is called and the code a referral carries."""
    services: dict[str, Service] = {}
    block = reader.block(node, "The list of services")
    for key, value in block.pairs.values() if block else ():
        inner = reader.block(value, f'Service "{key.value}"')
        if inner is None:
            names.faulty.add(("service", key.value))
            continue
        reader.keys(inner, "a service", ("name", "codes", "about"), needed=("name", "codes"))
        name = reader.get(inner, "name", reader.prose)
        about = reader.get(inner, "about", reader.prose)
        lists = read_codes(reader, inner, "codes", names)
        if reader.name(key) and name and lists:
            services[key.value] = Service(key.value, name, lists[0].first, about or "")
        else:
            names.faulty.add(("service", key.value))
    return services


def read_codes(reader: Reader, block: Block, key: str, names: Names) -> tuple[CodeList, ...]:
    """The code lists named under a heading; unknown names are reported with the nearest."""
    if key not in block.pairs:
        return ()
    found: list[CodeList] = []
    for item in reader.listed(block.pairs[key][1], f'"{key}"'):
        name = reader.text(item)
        if name is None:
            continue
        if name in names.lists:
            found.append(names.lists[name])
        elif not names.is_faulty("list", name):
            reader.stop(
                item.at,
                "E12",
                f'There is no code list called "{name}".',
                did_you_mean(name, names.lists),
            )
    return tuple(found)
