"""JSON Schema (draft-07) for every sort of file, made from the one table of keys, for editors.

Plain dictionaries, with the workspace's own names as the words that an editor offers. A rule makes
facts and topics of its own, so those names are offered and others are taken; code lists, services
and exclusions live in other files, and only those that are there are taken. The checker says more
than a schema can, and in better words: this is for completion, and for slips while typing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from rules.codes import ADDRESS, SYSTEMS
from rules.facts.statuses import STATUSES
from rules.lints.roles import ROLES
from rules.people import REPLIES, USUAL
from rules.schema.fact_keys import FACTS
from rules.schema.key import Form, Key, words_of
from rules.schema.keys import TABLES
from rules.schema.offer_keys import OFFERS
from rules.schema.words import OWN_HOOK, OWN_HOOK_MOST

# A schema is JSON: nothing narrower says more.
Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
NAME = "[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*"
_DAY = r"\d{4}-\d{2}-\d{2}"
_LENGTH = r"\d{1,4} (?:day|week|month|year)s?"
_YES_NO = ["yes", "no", True, False, "true", "false", "Yes", "No", "True", "False"]
_PLAIN: Mapping[Form, Schema] = {
    Form.TEXT: {"type": ["string", "number"]},
    Form.SENTENCE: {"type": ["string", "number"], "minLength": 1},
    Form.WORDING: {"type": ["string", "number"], "minLength": 1},
    Form.NAME: {"type": "string", "pattern": f"^{NAME}$"},
    Form.WHOLE: {
        "type": ["integer", "string"], "minimum": 0, "maximum": 999_999, "pattern": "^[0-9]{1,6}$",
    },
    Form.YES_NO: {"enum": _YES_NO},
    Form.DAY: {"type": "string", "pattern": f"^{_DAY}$"},
    Form.LENGTH: {"type": "string", "pattern": f"^{_LENGTH}$"},
    Form.EXPRESSION: {"type": "string", "minLength": 1},
    Form.CONDITION: {"$ref": "#/definitions/condition"},
    Form.FREE: {},
}  # fmt: skip
_JOINTS = {
    "all": "Every one of these is so.",
    "any": "One or more of these are so.",
    "none": "None of these is so.",
}
_NO_FACTS = "all|any|none|not|some_of|cel|means|label"  # words that no fact is called


@dataclass(frozen=True, slots=True)
class Workspace:
    """The names that files may use here."""

    lists: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    offer_sets: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


_TEXT: Schema = {"type": "string", "minLength": 1}
_INSTEAD: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["instead"],
    "properties": {"instead": _TEXT, "because": _TEXT},
}
_WORDS: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        sort: {"type": "object", "additionalProperties": {"anyOf": [_TEXT, _INSTEAD]}}
        for sort in ("blaming", "jargon", "promises")
    },
}


def schemas(names: Workspace) -> dict[str, Schema]:
    """A schema for each sort of file, by the name that its own file is to have."""
    made = _Making(names)
    shared = {
        "facts": ("fact", "Facts that many rules use, by name."),
        "exclusions": ("exclusion", "Who is left alone in many rules, by name."),
        "services": ("service", "Where referrals go, by name."),
        "offers": ("offer set", "The codes that say what became of an offer, by name."),
        "messages": ("message", "What can be sent, by name."),
        "people": ("person", "Invented people whom stories of several rules are about, by name."),
    }
    found = {
        "rule": made.whole("A rule", made.table(TABLES["rule"])),
        "value-set": made.whole("A code list", made.table(TABLES["list"])),
        "practice": made.whole("The practice", made.table(TABLES["practice"])),
        "words": made.whole("Words that check warns of", _WORDS),
    }
    for stem, (of, title) in shared.items():
        found[f"shared-{stem}"] = made.whole(title, made.map_of(of))
    holds = made.map_of("exclusion") | {"properties": {"facts": made.map_of("fact")}}
    found["shared-holds"] = made.whole("When nobody is asked anything, by name.", holds)
    return {f"{name}.schema.json": schema for name, schema in found.items()}


class _Making:
    """Makes schemas with one set of names in them."""

    def __init__(self, names: Workspace) -> None:
        self.names = names
        # What is offered under a heading by its name, where the form is any name.
        self.offered = {
            "topic": names.topics,
            "also_quiet": names.topics,
            "replaces": names.rules,
            "template": names.messages,
            "person": names.people,
            "show_to": tuple(ROLES),
            "for": tuple(ROLES),
        }
        # Said once and referred to: the names are many, and so are the places for them.
        self.forms: dict[Form, Schema] = {
            Form.LIST: _one_of(names.lists),
            Form.LISTS: _one_or_more(_ref(Form.LIST)),
            Form.SENTENCES: _one_or_more(_PLAIN[Form.SENTENCE]),
            Form.FACT: _offered(names.facts),
            Form.SERVICE: _one_of(names.services),
            Form.EXCLUSION: _one_of(names.exclusions),
            Form.OFFER_SET: _one_of(names.offer_sets),
            Form.MOMENT: {
                "type": "string",
                "anyOf": [
                    {"enum": sorted(names.facts)},
                    {"pattern": f"^(?:{_DAY}|{_LENGTH} ago|{NAME})$"},
                ],
            },
        }

    def whole(self, title: str, schema: Schema) -> Schema:
        """A schema with every definition that it refers to, and no more."""
        every = self.definitions()
        found: Schema = {}
        wanted = _refers_to(schema)
        while wanted:
            name = wanted.pop()
            if name not in found:
                found[name] = every[name]
                wanted |= _refers_to(every[name])
        return {
            "$schema": DRAFT,
            "title": title,
            **schema,
            "definitions": dict(sorted(found.items())),
        }

    def definitions(self) -> Schema:
        found: Schema = {"condition": self.condition(), "tests": self.tests()}
        found |= {_id(form): schema for form, schema in self.forms.items()}
        found["statuses"] = _one_or_more({"enum": _statuses()})
        for of, table in TABLES.items():
            found[_id(of)] = self.table(table)
        for kind, table in OFFERS.items():
            found[_id(f"offer {kind}")] = self.table(table)
        for kinds, table in _alike(FACTS).items():
            found[_id(f"fact {kinds[0]}")] = self.table(table, find=kinds)
        found["fact"] = self.fact()
        found["offer"] = self.offer()
        found["line"] = self.line()
        found["exclusion"] |= {
            "if": {"required": ["shared"]},
            "then": {"properties": {"if": False, "because": False}},
            "else": {"required": ["if", "because"]},
        }
        found["variant"] |= {"if": {"required": ["otherwise"]}, "else": {"required": ["if"]}}
        # A code of 16 digits or more loses the last of them in an editor, unless it is in quotes.
        code: Schema = found["code"]["properties"]
        whole = {"type": ["string", "integer"], "maximum": 999_999_999_999_999}
        code |= {"code": {**code["code"], **whole}}
        found["allow"] = _PLAIN[Form.SENTENCE]
        found["change"] = {"type": ["string", "number", "boolean", "object"]}
        words = list(words_of(TABLES["test"], "expect"))
        with_words = {"type": "string", "pattern": f"^(?:{'|'.join(words)}) with .+$"}
        found["rows"] = {"anyOf": [{"enum": words}, with_words]}
        return found

    def table(self, table: Iterable[Key], find: Iterable[str] = ()) -> Schema:
        """Headings, each with what may stand under it; no others."""
        keys = tuple(table)
        schema = _object({key.name: self.key(key, find) for key in keys})
        needed = [key.name for key in keys if key.needed]
        return {**schema, **({"required": needed} if needed else {})}

    def key(self, key: Key, find: Iterable[str] = ()) -> Schema:
        """What may stand under one heading, with its help and its default."""
        form = self.form(key, find)
        schema: Schema = {"allOf": [form]} if "$ref" in form else dict(form)
        left_out = f"\n\nIf it is left out: {key.default}." if key.default else ""
        needed = "\n\nNeeded." if key.needed else ""
        said: Schema = {"markdownDescription": f"{key.help}{left_out}{needed}"}
        schema |= said
        if "anyOf" in schema:  # editors show what the branch says that fits
            schema["anyOf"] = [{**branch, **said} for branch in schema["anyOf"]]
        default = _default(key)
        return schema if default is None else {**schema, "default": default}

    def form(self, key: Key, find: Iterable[str]) -> Schema:
        """What may stand under a heading, by its form."""
        names = self.offered.get(key.name, ())
        match key.form:
            case Form.WORD if key.name == "find":
                return {"enum": list(find or FACTS)}
            case Form.WORD if key.name == "system":
                return {"anyOf": [{"enum": sorted(SYSTEMS)}, {"pattern": f"^{ADDRESS.pattern}$"}]}
            case Form.WORD:
                return {"enum": list(key.words)}
            case Form.YES_NO:
                return {"enum": [*_YES_NO, *key.words]}
            case Form.HOOKS:
                own = {"type": "string", "pattern": f"^{OWN_HOOK}$", "maxLength": OWN_HOOK_MOST}
                return _one_or_more({"anyOf": [{"enum": list(key.words)}, own]})
            case Form.WORDS if not key.words:
                return _ref("statuses")
            case Form.WORDS:
                return _one_or_more({"enum": list(key.words)})
            case Form.NAME if names:
                return _offered(names)
            case Form.NAMES:
                return _one_or_more(_offered(names) if names else _PLAIN[Form.SENTENCE])
            case Form.BLOCK:
                return _ref(key.of)
            case Form.BLOCKS:
                return {"type": "array", "items": _ref(key.of)}
            case Form.MAP:
                return self.map_of(key.of)
            case form if form in _PLAIN:
                return _PLAIN[form]
            case form:
                return _ref(form)

    def map_of(self, of: str) -> Schema:
        """Names, each with headings of its own."""
        return {"type": "object", "additionalProperties": _ref(of)}

    def fact(self) -> Schema:
        """A look-up. ``find`` says which headings may stand beside it, so it comes first."""
        return {
            "type": "object",
            "required": ["find"],
            "properties": {"find": {"enum": list(FACTS), "markdownDescription": "Where to look."}},
            "allOf": [
                {
                    "if": {"required": ["find"], "properties": {"find": {"enum": list(kinds)}}},
                    "then": _ref(f"fact {kinds[0]}"),
                }
                for kinds in _alike(FACTS)
            ],
        }

    def offer(self) -> Schema:
        """One sort of offer, and under it its headings."""
        kinds = {kind: _ref(f"offer {kind}") for kind in OFFERS}
        return {**_object(kinds), "minProperties": 1, "maxProperties": 1}

    def line(self) -> Schema:
        """A line of a record: what it is, and what is said about it."""
        own: Schema = {key.name: self.key(key) for key in TABLES["line"]}
        said: Schema = {key.name: self.key(key) for key in TABLES["outcome line"]}
        return {
            "type": "object",
            "if": {"required": ["outcome"]},
            "then": {
                **_object({"outcome": {"enum": sorted(REPLIES)}, **said}),
                "required": ["outcome", *(k.name for k in TABLES["outcome line"] if k.needed)],
            },
            "else": _object(
                {**dict.fromkeys(USUAL, _ref(Form.LISTS)), "offer": _ref(Form.OFFER_SET), **own}
            ),
        }

    def condition(self) -> Schema:
        """A fact's name; all, any, none, not or some_of; a comparison; or cel. Recursive."""
        each, tests = _ref("condition"), _ref("tests")
        several = {"type": ["array", "string"], "items": each, "minItems": 1}
        count = {"at_least": _PLAIN[Form.WHOLE], "of": several}
        return {
            "type": ["string", "object"],
            **({"examples": sorted(self.names.facts)} if self.names.facts else {}),
            "pattern": f"^{NAME}$",
            "minProperties": 1,
            "properties": {
                **{w: {**several, "markdownDescription": says} for w, says in _JOINTS.items()},
                "not": {"allOf": [each], "markdownDescription": "This is not so."},
                "some_of": {**_object(count), "required": ["at_least", "of"]},
                "cel": {"type": "string", "minLength": 1},
                "means": _PLAIN[Form.SENTENCE],
                "label": {**_PLAIN[Form.SENTENCE], "markdownDescription": "How reports name it."},
                **dict.fromkeys(sorted(self.names.facts), tests),
            },
            "patternProperties": {f"^(?!(?:{_NO_FACTS})$){NAME}$": tests},
            "additionalProperties": False,
            "dependencies": {"cel": ["means"], "means": ["cel"]},
        }

    def tests(self) -> Schema:
        """What can be asked of a fact that gives more than yes or no; each of them has to hold."""
        number: Schema = {"type": ["number", "string"], "pattern": r"^-?\d"}
        moment: Schema = {"type": "string", "pattern": f"^(?:{_DAY}|{_LENGTH} ago)$"}
        word: Schema = {"type": ["string", "number"]}
        found: Schema = {
            **dict.fromkeys(("above", "at_least", "below", "at_most", "equals"), number),
            "between": {"type": "array", "items": number, "minItems": 2, "maxItems": 2},
            **dict.fromkeys(("within", "older_than"), _PLAIN[Form.LENGTH]),
            **dict.fromkeys(("before", "after"), moment),
            **dict.fromkeys(("is", "is_not", "is_in"), _one_or_more(word)),
            "is_known": {"enum": _YES_NO},
        }
        return {**_object(found), "minProperties": 1}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _one_of(names: Iterable[str]) -> Schema:
    """One of these names; any name where none are known."""
    known = sorted(names)
    return {"enum": known} if known else _PLAIN[Form.NAME]


def _offered(names: Iterable[str]) -> Schema:
    """Any name: these are offered, and others are taken."""
    known = sorted(names)
    return {"anyOf": [{"enum": known}, _PLAIN[Form.NAME]]} if known else _PLAIN[Form.NAME]


def _one_or_more(one: Schema) -> Schema:
    return {"anyOf": [one, {"type": "array", "items": one}]}


def _statuses() -> list[str]:
    """FHIR's words for the states that entries can be in."""
    words = {word for sides in STATUSES.values() for side in sides for word in side if word}
    return ["any", *sorted(words)]


def _default(key: Key) -> "str | int | None":
    """A default that can be typed as it stands; most are said in words instead."""
    match key.form:
        case Form.WHOLE:
            return int(key.default) if key.default else None
        case Form.WORD | Form.WORDS if key.default in key.words:
            return key.default or None
        case Form.YES_NO | Form.LENGTH if key.default in ("yes", "no") or key.default[:1].isdigit():
            return key.default
        case _:
            return None


def _alike(tables: Mapping[str, tuple[Key, ...]]) -> dict[tuple[str, ...], tuple[Key, ...]]:
    """Tables that are the same, once, under all their names."""
    found: dict[tuple[Key, ...], list[str]] = {}
    for name, table in tables.items():
        found.setdefault(table, []).append(name)
    return {tuple(names): table for table, names in found.items()}


def _ref(of: str) -> Schema:
    return {"$ref": f"#/definitions/{_id(of)}"}


def _refers_to(schema: object) -> set[str]:
    """The names of the definitions that a schema refers to, however deep."""
    parts: Iterable[object]
    match schema:
        case {"$ref": str(where)}:
            return {where.removeprefix("#/definitions/")}
        case dict():
            parts = cast("Schema", schema).values()  # JSON
        case list():
            parts = cast("list[object]", schema)  # JSON
        case _:
            return set()
    return {name for part in parts for name in _refers_to(part)}


def _id(of: str) -> str:
    return of.replace(" ", "-").replace("_", "-")
