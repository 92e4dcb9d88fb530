"""What anybody writes into the form for local support, as an entry that waits for two people."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import uuid4

from rules.answer import CANNOT_TELL, NO, YES, Answer
from rules.credits import HERE, LANGUAGES
from rules.support import Cost, Credit, NotAnEntry, Spot, Support, tidy

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_ANSWERS: Mapping[str, Answer] = {"yes": YES, "no": NO}
_COMMAS = re.compile(r"[,;\n]")
_ADDRESS = re.compile(r"https?:|www\.|://", re.IGNORECASE)
_LONGEST = {"name": 200, "about": 600}
_TEXTS = ("name", "about", "run_by", "where", "postcode", "days", "themes", "languages")
_ONLINE = re.compile(r"\bonline\b", re.IGNORECASE)

Wrong = tuple[tuple[str, str], ...]


def suggestion_of(form: Mapping[str, str], practice: str, today: date) -> Support | Wrong:
    """The entry, or for each field that has to be put right its name and a sentence."""
    typed = {name: text.strip() for name, text in form.items()}
    wrong = [
        ("name", "Say what it is called.") if not typed.get("name") else None,
        ("about", "Say in a few words what happens there.") if not typed.get("about") else None,
        *(_not_a_text(name, typed.get(name, "")) for name in _TEXTS),
    ]
    codes, unknown = _languages(typed.get("languages", ""))
    if unknown:
        wrong.append(("languages", "Write languages by their English names, such as Urdu."))
    where = typed.get("where", "")
    cost = {"free": Cost.FREE, "paid": Cost.PAID}.get(typed.get("cost", ""), Cost.UNKNOWN)
    given = Support(
        source=HERE,
        source_id=str(uuid4()),
        name=typed.get("name", ""),
        licence=LICENCE,
        credits=(Credit(f"Suggested to the directory of {practice}"),),
        about=typed.get("about", ""),
        run_by=typed.get("run_by", ""),
        url=typed.get("url", ""),
        phone=typed.get("phone", ""),
        email=typed.get("email", ""),
        spots=(Spot(where, typed.get("postcode", "")),),
        online=YES if _ONLINE.search(where) else CANNOT_TELL,
        days=typed.get("days", ""),
        cost=cost,
        languages=codes,
        access=_access(typed.get("step_free", "")),
        themes=tuple(_COMMAS.split(typed.get("themes", ""))),
        peers=_ANSWERS.get(typed.get("peers", ""), CANNOT_TELL),
    )
    try:
        # Without a name it is wrong already: what else is has to be said with that.
        entry, left_out = tidy(replace(given, name=given.name or "?"), today)
    except NotAnEntry as error:
        entry, left_out = None, ()
        wrong.append(("name", str(error)))
    if left_out and entry is not None:
        wrong += [
            (field, says)
            for field, says in _TO_MEND
            if getattr(given, field) and not getattr(entry, field)
        ]
    found = tuple(dict.fromkeys(one for one in wrong if one is not None))
    if found or entry is None:
        return found
    kinds = ("peers",) if entry.peers is YES else ()
    return replace(entry, kinds=(*kinds, *(("online",) if entry.online is YES else ())))


_TO_MEND = (
    ("url", "The web address starts with https:// and has no spaces in it."),
    ("phone", "The telephone number has digits and spaces, and may begin with +44."),
    ("email", "The email address is one, such as walks@example.org."),
)


def _not_a_text(name: str, text: str) -> tuple[str, str] | None:
    if _ADDRESS.search(text):
        return name, "Web addresses go into their own field, further down."
    longest = _LONGEST.get(name, 300)
    return (name, f"Say it in {longest} characters at most.") if len(text) > longest else None


def _access(step_free: str) -> tuple[str, ...]:
    return {"yes": ("Step-free",), "no": ("Not step-free",)}.get(step_free, ())


def _languages(text: str) -> tuple[tuple[str, ...], bool]:
    """The codes of languages by their names, and whether there is one that we have no code for."""
    codes = {name.casefold(): code for code, name in LANGUAGES.items()} | {"english": "en"}
    names = [name.strip().casefold() for name in _COMMAS.split(text) if name.strip()]
    return tuple(codes[name] for name in names if name in codes), any(n not in codes for n in names)
