"""JSON of anybody's service, in the shapes that are looked for in it."""

from typing import Any, TypeGuard

# The checks say which shape they expect, so what is in it is of every sort.
Json = dict[str, Any]


class _NoJson:
    """What stands in the place of a value where a body is no JSON."""


NO_JSON = _NoJson()


def is_object(value: object) -> TypeGuard[Json]:
    """Whether it is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether it is a list."""
    return isinstance(value, list)


def is_text(value: object) -> TypeGuard[str]:
    """Whether it is a text with something in it."""
    return isinstance(value, str) and value.strip() != ""


def objects(value: object) -> list[Json]:
    """The objects of a list; nothing where it is no list."""
    return [one for one in value if is_object(one)] if is_list(value) else []


def all_objects(value: object) -> bool:
    """Whether it is a list of objects and of nothing else."""
    return is_list(value) and all(map(is_object, value))


def within(value: object, *names: str) -> object:
    """What stands at a path of members, or None."""
    for name in names:
        value = value.get(name) if is_object(value) else None
    return value


def depth(value: object) -> int:
    """How deep a value is nested; a text is 0."""
    deep, level = 0, [value]
    while level := [
        under
        for one in level
        for under in (one.values() if is_object(one) else one if is_list(one) else ())
    ]:
        deep += 1
    return deep
