"""What was recorded of somebody, as one of the groups there are, however it was written.

Nothing that somebody typed comes out again: what is no group that is known here is told apart only
as written otherwise.
"""

import re
from collections.abc import Iterator, Mapping

UNTOLD = "not recorded"
OTHERWISE = "written otherwise"

# ETHNIC CATEGORY of the NHS Data Dictionary, as UK Core has it.
_ETHNIC: Mapping[str, str] = {
    "A": "White: British",
    "B": "White: Irish",
    "C": "White: any other",
    "D": "Mixed: White and Black Caribbean",
    "E": "Mixed: White and Black African",
    "F": "Mixed: White and Asian",
    "G": "Mixed: any other",
    "H": "Asian: Indian",
    "J": "Asian: Pakistani",
    "K": "Asian: Bangladeshi",
    "L": "Asian: any other",
    "M": "Black: Caribbean",
    "N": "Black: African",
    "P": "Black: any other",
    "R": "Chinese",
    "S": "Any other",
    "Z": UNTOLD,
    "99": UNTOLD,
}
# What may stand before the words of a category, and those words; as the dictionary, the censuses
# and SNOMED have them, in small letters and without signs. "" where the words do by themselves.
_WORDS: tuple[tuple[tuple[str, ...], Mapping[str, tuple[str, ...]]], ...] = (
    (
        ("white",),
        {"A": ("british",), "C": ("other", "any other", "any other background")},
    ),
    (
        ("", "white"),
        {
            "A": ("british or mixed british", "english welsh scottish northern irish or british",
                  "english welsh scottish northern irish british"),
            "B": ("irish",),
            "C": ("any other white background", "any other white", "other white",
                  "other white background"),
        },
    ),
    (
        ("", "mixed", "mixed or multiple ethnic groups", "mixed multiple ethnic groups"),
        {
            "D": ("white and black caribbean",),
            "E": ("white and black african",),
            "F": ("white and asian",),
            "G": ("any other mixed background", "other mixed background", "other mixed",
                  "any other mixed", "any other mixed or multiple ethnic background"),
        },
    ),
    (
        ("mixed",),
        {"G": ("other", "any other", "any other background", "other background")},
    ),
    (
        ("", "asian", "asian or asian british", "asian british"),
        {
            "H": ("indian", "indian or british indian"),
            "J": ("pakistani", "pakistani or british pakistani"),
            "K": ("bangladeshi", "bangladeshi or british bangladeshi"),
            "L": ("any other asian background", "other asian background", "other asian",
                  "any other asian"),
            "R": ("chinese",),
        },
    ),
    (
        ("asian", "asian or asian british", "asian british"),
        {"L": ("other", "any other", "any other background", "other background")},
    ),
    (
        ("", "black", "black or black british", "black british"),
        {
            "M": ("caribbean",),
            "N": ("african",),
            "P": ("any other black background", "other black background", "other black",
                  "any other black", "any other black african or caribbean background"),
        },
    ),
    (
        ("black", "black or black british", "black british"),
        {"P": ("other", "any other", "any other background", "other background")},
    ),
    (
        ("", "other", "other ethnic group", "other ethnic groups"),
        {
            "R": ("chinese",),
            "S": ("any other ethnic group", "other ethnic group", "any other"),
        },
    ),
    (
        ("", "ethnic category"),
        {"Z": ("not stated", "not known", "unknown", "not recorded", "prefer not to say")},
    ),
)  # fmt: skip
_TAIL = re.compile(r" ethnic category (?:2001|2011|2021) census(?: finding)?\Z")
_TENTH = re.compile(r"0*([1-9]|10)(?:\.0*)?", re.ASCII)


def _each() -> Iterator[tuple[str, str]]:
    for befores, letters in _WORDS:
        for before in befores:
            for letter, every in letters.items():
                for words in every:
                    yield f"{before} {words}".strip(), letter


_LETTERS: Mapping[str, str] = dict(_each())


def ethnic_category(written: str) -> str:
    """The name of a category, by its letter or its words."""
    text = written.strip().upper()
    if not text:
        return UNTOLD
    return _ETHNIC.get(text) or _ETHNIC.get(_letter(_plain(text)), OTHERWISE)


def _plain(text: str) -> str:
    text = " ".join(re.sub(r"[^a-z0-9]+", " ", text.casefold().replace("&", " and ")).split())
    return _TAIL.sub("", text)


def _letter(words: str) -> str:
    """The letter of a category; "" where the words are none, or a letter before them is another."""
    first, _, rest = words.partition(" ")
    if len(first) == 1 and rest in _LETTERS:
        return first.upper() if _LETTERS[rest] == first.upper() else ""
    return _LETTERS.get(words, "")


def tenth(written: str) -> str:
    """The tenth of the index of deprivation: a whole number from 1 to 10, and nothing else."""
    if not written.strip():
        return UNTOLD
    found = _TENTH.fullmatch(written.strip())
    if found is None:
        return OTHERWISE
    ends = {"1": ", most deprived", "10": ", least deprived"}
    return f"tenth {found[1]}{ends.get(found[1], '')}"
