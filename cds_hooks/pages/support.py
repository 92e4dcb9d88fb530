"""The pages of local support: what there is, a form to suggest an entry, and two who publish it.

None of them is about any person of any record.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from cds_hooks.pages.framed import page_of
from cds_hooks.store.supports import Kept, State, is_same_person
from prompts.places import Freshness, checked_in_words, freshness
from rules.answer import CANNOT_TELL, NO, YES
from rules.credits import LANGUAGES, licence_in_words, source_in_words, whose
from rules.days import in_words
from rules.papers import primary
from rules.rule import Practice
from rules.support import Cost, Listed, Room, Support

MOST_LISTED = 50  # on one page
COSTS = {"free": "It is free", "paid": "It costs something", "": "I do not know"}
STEPS = {"yes": "Yes", "no": "No", "": "I do not know"}
_CLAIMED = {YES: "yes", NO: "no", CANNOT_TELL: ""}
_ROOM = {Room.OPEN: "", Room.FULL: "Full at the moment", Room.WAITING: "People are waiting"}


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for. Texts are as they typed them."""

    words: str = ""
    theme: str = ""
    place: str = ""
    language: str = ""
    free: bool = False
    step_free: bool = False
    old: bool = False  # also what nobody checked for a year

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Search":
        """From the query of an address."""
        words, theme, place, language = (
            query.get(name, "")[:100] for name in ("words", "theme", "place", "language")
        )
        free, step_free, old = (query.get(name) == "yes" for name in ("free", "step_free", "old"))
        return cls(words, theme, place, language, free, step_free, old)

    def finds(self, one: Listed) -> bool:
        """Whether an entry is what is looked for, but for how old it is."""
        entry = one.entry
        said = (entry.name, entry.about, entry.run_by, *entry.themes, *entry.conditions)
        where = (*entry.areas, *(f"{spot.words} {spot.postcode}" for spot in entry.spots))
        if entry.online is YES:
            where = (*where, "online")
        return (
            _within(self.words, said)
            and _within(self.place, where)
            and (not self.theme or self.theme in entry.themes)
            and (not self.language or self.language in _spoken(entry))
            and (not self.free or entry.cost is Cost.FREE)
            and (not self.step_free or entry.step_free is YES)
        )


def _within(words: str, texts: Iterable[str]) -> bool:
    text = " ".join(texts).casefold().replace("-", " ")
    return all(word in text for word in words.casefold().replace("-", " ").split())


def _spoken(entry: Support) -> set[str]:
    return set(map(primary, entry.languages))


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a page has it."""

    id: str
    name: str
    about: str
    facts: tuple[tuple[str, str], ...]
    url: str
    whose: str
    # Where that is said: the entry in its directory, its licence, and whom to credit.
    sources: tuple[tuple[str, str], ...] = ()


def line_of(one: Listed, today: date) -> Line:
    """What a page says of an entry; when it was checked is always said."""
    entry = one.entry
    weeks = f", about {one.weeks} weeks" if one.weeks else ""
    facts: tuple[tuple[str, str], ...] = (
        ("Room", _ROOM[one.room] + weeks if one.room is not Room.OPEN else ""),
        ("Where", "; ".join(_places(entry))),
        ("When", entry.days),
        ("Cost", _cost(entry)),
        ("Step-free", {YES: "yes", NO: "no", CANNOT_TELL: "not said"}[entry.step_free]),
        ("Access", "; ".join(entry.access)),
        ("Languages", ", ".join(LANGUAGES.get(code, code) for code in sorted(_spoken(entry)))),
        ("Ages", _ages(entry)),
        ("Run by", entry.run_by),
        ("By people who live with the same", "yes" if entry.peers is YES else ""),
        ("Waiting time", entry.wait),
        (
            "Entry kept by whoever runs it",
            _CLAIMED[entry.claimed],
        ),
        ("How to join", "" if entry.join == "not known" else str(entry.join)),
        ("Telephone", entry.phone),
        ("Email", entry.email),
        ("Themes", ", ".join(name.replace("-", " ") for name in entry.themes)),
        ("Last checked", checked_in_words(one, today).removeprefix("last checked ")),
    )
    said = tuple((name, text) for name, text in facts if text)
    sources = tuple(_sources(entry))
    return Line(entry.id, entry.name, entry.about, said, entry.url, whose(entry), sources)


def _sources(entry: Support) -> Iterator[tuple[str, str]]:
    """Links that go with whose it is, each with its words."""
    if entry.source_url:
        yield f"The entry at {source_in_words(entry.source)}", entry.source_url
    if (licence := licence_in_words(entry.licence)) not in (entry.licence, "licence not said"):
        yield licence, entry.licence
    yield from ((credit.text, credit.url) for credit in entry.credits if credit.url)


def _places(entry: Support) -> list[str]:
    spots = [
        spot.words if spot.postcode in spot.words else f"{spot.words} {spot.postcode}".strip()
        for spot in entry.spots
    ]
    online = ["online"] if entry.online is YES else []
    areas = () if spots else entry.areas
    return [text for text in (*spots, *online, *areas) if text]


def _cost(entry: Support) -> str:
    plain = {Cost.FREE: "free", Cost.PAID: "it costs something", Cost.UNKNOWN: "not said"}
    is_said = entry.cost_words.casefold() in ("", plain[entry.cost])
    return plain[entry.cost] if is_said else f"{plain[entry.cost]} ({entry.cost_words})"


def _ages(entry: Support) -> str:
    low, high = entry.youngest, entry.oldest
    if low is None and high is None:
        return ""
    return f"up to {high}" if low is None else f"from {low}" if high is None else f"{low} to {high}"


def support_page(
    practice: Practice, listed: Iterable[Listed], search: Search, today: date
) -> bytes:
    """What there is, the last checked first; beyond a page of it a search finds the rest."""
    every = list(listed)
    found = [one for one in every if search.finds(one)]
    fresh = [one for one in found if freshness(one, today) is not Freshness.STALE]
    shown = found if search.old else fresh
    shown.sort(key=lambda one: one.last_checked or date.min, reverse=True)
    return page_of(
        "support.html",
        practice,
        search=search,
        lines=[line_of(one, today) for one in shown[:MOST_LISTED]],
        count=len(shown),
        hidden=len(found) - len(shown),
        themes=sorted({name for one in every for name in one.entry.themes}),
        languages=sorted(
            {
                code: LANGUAGES.get(code, code) for one in every for code in _spoken(one.entry)
            }.items(),
            key=lambda pair: pair[1],
        ),
    )


def suggest_page(
    practice: Practice, typed: Mapping[str, str], wrong: Sequence[tuple[str, str]] = ()
) -> bytes:
    """The form, with what was typed and what to put right: each a field and a sentence."""
    return page_of(
        "support-suggest.html", practice, typed=typed, wrong=wrong, costs=COSTS, steps=STEPS
    )


def told_page(practice: Practice, heading: str, says: str, back: str) -> bytes:
    """What came of something that was sent or pressed."""
    return page_of("support-told.html", practice, heading=heading, says=says, back=back)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry that waits to be published, or is on show, for whoever publishes."""

    line: Line
    state: str
    seen: str
    since: str
    seen_by: str
    published_by: str
    reports: int
    why_not: str  # why whoever looks cannot approve of it; "" where they can
    waits: bool
    # Where a change waits beside what is on show: of what, what it is, and what it would be.
    changes: tuple[tuple[str, str, str], ...] = ()
    links: tuple[str, ...] = ()  # as texts: nobody has approved of where they lead
    can_drop: bool = False


def waiting_of(kept: Kept, who: str, today: date) -> Waiting:
    """One entry for whoever publishes."""
    latest = kept.latest if kept.draft is not None else kept.entry
    listed = Listed(latest, kept.room, kept.weeks, kept.checked_here)
    line = line_of(listed, today)
    changes: tuple[tuple[str, str, str], ...] = ()
    if kept.draft is not None and kept.shown is not None:
        changes = tuple(_changes(line_of(kept.listed, today), line))
    return Waiting(
        line=line,
        state=str(kept.state),
        seen=kept.seen,
        since=in_words(kept.since),
        seen_by=kept.seen_by,
        published_by=" and ".join(kept.published_by),
        reports=kept.reports,
        why_not=_why_not(kept, who),
        waits=kept.draft is not None and kept.state not in (State.HIDDEN, State.GONE),
        changes=changes,
        links=tuple(dict.fromkeys(filter(None, _links(latest)))),
        can_drop=kept.shown is None,
    )


def _why_not(kept: Kept, who: str) -> str:
    if is_same_person(kept.suggested_by, who):
        return "You suggested it. It takes two others."
    if is_same_person(kept.seen_by, who):
        return "You approved of it. It takes somebody else as well."
    return ""


def _links(entry: Support) -> Iterator[str]:
    yield from (entry.url, entry.referral_url, entry.source_url)
    yield from (credit.url for credit in entry.credits)


def _changes(before: Line, after: Line) -> Iterator[tuple[str, str, str]]:
    def facts(line: Line) -> dict[str, str]:
        own = {"Name": line.name, "About": line.about, "Web address": line.url}
        told = "; ".join(f"{words}: {url}" for words, url in line.sources)
        return {**own, **dict(line.facts), "Whose": line.whose, "Links of the source": told}

    was, now = facts(before), facts(after)
    for name in dict.fromkeys((*was, *now)):
        one, other = was.get(name, ""), now.get(name, "")
        if one != other:
            yield name, one or "nothing", other or "nothing"


@dataclass(frozen=True, slots=True)
class Publishing:
    """What the page for two people has: what waits, and what a search found."""

    waiting: tuple[Waiting, ...]
    count: int
    found: tuple[Waiting, ...] = ()
    words: str = ""
    reported: tuple[Waiting, ...] = field(default=())


def publish_page(practice: Practice, shown: Publishing, who: str) -> bytes:
    """What waits for two people, what people say has changed, and a search for the rest."""
    return page_of("support-publish.html", practice, shown=shown, who=who)
