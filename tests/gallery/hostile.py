"""Files that somebody might send to do harm, or that a damaged disk might hold: text by name."""

from collections.abc import Mapping

_LIMIT = 64 * 1024


def _billion_laughs() -> str:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 10) + "]" for n in range(1, 12)]
    return "\n".join(lines) + "\n"


def _full(piece: str, start: str = "", end: str = "") -> bytes:
    """As many of a piece as a file may hold."""
    room = _LIMIT - len((start + end).encode())
    return (start + piece * (room // len(piece.encode())) + end).encode()


_NESTED_BLOCKS = "".join(f"{' ' * n}a:\n" for n in range(300))

HOSTILE: Mapping[str, bytes] = {
    "a billion laughs": _billion_laughs().encode(),
    "an anchor that holds itself": b"a: &a [*a]\n",
    "one alias": b"a: &x b\nc: *x\n",
    "a merge of headings": b"a: &x {b: c}\nd:\n  <<: *x\n",
    "a tag that runs code": b"a: !!python/object/apply:os.system [id]\n",
    "a tag of our own": b"!rule {id: x}\n",
    "30,000 open brackets": _full("[", "a: "),
    "30,000 open braces": _full("{a: ", "b: "),
    "brackets that are closed": b"a: " + b"[" * 5000 + b"]" * 5000 + b"\n",
    "lists in lists": _full("- ", "a:\n  "),
    "300 headings deep": _NESTED_BLOCKS.encode(),
    "7,000 headings on top": b"".join(b"k%d:\n" % n for n in range(7000)),
    "one heading 13,000 times": _full("a: b\n"),
    "one line as long as a file": _full("x", "title: "),
    "a quotation mark that is never closed": _full("x\n", 'title: "'),
    "a text of escapes": _full("\\x41", 'title: "', '"\n'),
    "more than a file may hold": b"a: b\n" * 14_000,
    "two documents": b"a: b\n---\nc: d\n",
    "a directive": b"%YAML 1.1\n---\na: b\n",
    "a null character": b"format: 1\nid: a\x00b\n",
    "a bell": b"format: 1\nid: a\x07b\n",
    "an escape that colours a terminal": b"format: 1\nid: \x1b[31mred\n",
    "a character that turns writing round": "format: 1\nid: a\u202egnp.exe\n".encode(),
    "not UTF-8": b"format: 1\nid: caf\xe9\n",
    "UTF-16": "format: 1\n".encode("utf-16"),
    "half a character": b"format: 1\nid: \xed\xa0\x80\n",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "nothing but question marks": _full("? "),
    "nothing but colons": _full(": "),
    "nothing but hashes": _full("#"),
    "nothing but line feeds": _full("\n"),
    "nothing but tabs": _full("\t"),
    "nothing but special spaces": _full("\u00a0"),
    "a special space on every line": _full("a:\u00a0b\n"),
    "curly quotation marks without an end": _full("\u201c", "a: "),
    "colons without an end": _full("a: ", "a: "),
    "hyphens without an end": _full("-"),
    "spaces and then a letter": _full(" ", "a:\n", "b"),
    "a heading that is a list": b"? [a, b]\n: c\n",
    "a heading that is a block": b"? {a: b}\n: c\n",
}
