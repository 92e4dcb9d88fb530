"""People drawn by chance for whom a rule would have spoken, or would not, to be judged.

Of each version of a rule that is in shadow or pilot the lowest of a keyed hash of everybody who was
looked at (PRODUCT 1.4): whoever comes when, and to whichever worker, the same people are drawn, and
nobody is likelier to be than anybody else. What is kept of somebody is what the cards table has for
them, a day, and the rule's own facts as codes and days; once they are judged, from the next day on
only the hash and the verdict. Nothing is kept of whoever judges.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from secrets import token_hex
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select, text

from cds_hooks.store.kept import Used
from cds_hooks.store.opening import Database
from cds_hooks.store.tables import cases
from prompts.judged import ENOUGH, Judged, Side

Sort = Literal["shown", "silent"]
Drawn = tuple[str, str, Sort]  # a rule by its id, its version, and a sort: what one sample is of
One = tuple[str, str, str, str]  # and the hash of one of them
SORTS: tuple[Sort, ...] = get_args(Sort)
KEPT = ENOUGH + 15  # of one sort that wait: those to be judged, and some to take their place
LENGTH = 32  # characters of a hash, from 0 to 9 and a to f
ABOVE_ALL = "g"  # no hash is above it
LET_GO_AFTER = timedelta(days=90)  # whoever was not judged
FORGOTTEN_AFTER = timedelta(days=365)  # a verdict

_KEEP = text(
    "INSERT INTO cases (rule, version, sort, who, person, day, step, facts, verdict, judged_on)"
    " VALUES (:rule, :version, :sort, :who, :person, :day, :step, :facts, '', '')"
    " ON CONFLICT DO NOTHING"
)
Found = Row[tuple[str, ...]]


class Verdict(StrEnum):
    """What a clinician says of one case."""

    RIGHT = "right"
    WRONG = "wrong"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody to be judged, and what the rule saw on one day."""

    rule: str
    version: str
    sort: Sort
    who: str
    person: str = field(repr=False)  # what the store knows them as
    day: date
    step: str = ""  # what it would not have been shown by
    facts: tuple[Used, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """Who is in one sample, by their hashes, and below which a hash has to be to come into it."""

    known: frozenset[str] = frozenset()
    below: str = ABOVE_ALL


def who_of(rule: str, version: str, hidden: str) -> str:
    """The hash of a person for one version of a rule, from the keyed hash that they have anyway."""
    return hashlib.sha256(f"{rule}|{version}|{hidden}".encode()).hexdigest()[:LENGTH]


class Cases:
    """The cases of one store. Its calls are short and block; each raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(
        self, found: Iterable[Case], versions: Iterable[tuple[str, str]]
    ) -> Mapping[Drawn, Sample]:
        """Keep whoever belongs in a sample; and how the samples of these versions stand then."""
        of_rule: dict[tuple[str, str], list[Case]] = {version: [] for version in versions}
        for case in found:
            of_rule.setdefault((case.rule, case.version), []).append(case)
        samples: dict[Drawn, Sample] = {}
        for (rule, version), new in sorted(of_rule.items()):
            with self._database.writing() if new else self._database.reading() as connection:
                if new:
                    # One after another, or two workers would each let go of what the other keeps.
                    self._database.alone_with(connection, f"cases of {rule}")
                    connection.execute(_KEEP, [_written(case) for case in new])
                    _trim(connection, rule, version)
                rows = _of(connection, rule, version)
            for sort in SORTS:
                samples[rule, version, sort] = _sample([row for row in rows if row.sort == sort])
        return samples

    def judged(self, versions: Mapping[str, str]) -> Mapping[str, Judged]:
        """How far the judging of each rule is, by its version."""
        with self._database.reading() as connection:
            return {
                rule: _judged(_of(connection, rule, version)) for rule, version in versions.items()
            }

    def next(self, rule: str, version: str) -> Case | None:
        """The next one to judge: of the sort of which fewer were; None where nobody waits."""
        with self._database.reading() as connection:
            rows = _of(connection, rule, version)
        far = _judged(rows)
        waiting = _waiting(rows)
        sorts = sorted(SORTS, key=lambda sort: getattr(far, sort).judged)
        return next((_read(waiting[sort][0]) for sort in sorts if waiting[sort]), None)

    def judge(self, case: One, verdict: Verdict, today: date) -> bool:
        """Whether it waited to be judged, by its rule, version, sort and hash; and it was now."""
        with self._database.writing() as connection:
            self._database.alone_with(connection, f"cases of {case[0]}")
            done = connection.execute(
                cases.update()
                .where(_one(case), cases.c.verdict == "")
                .values(verdict=str(verdict), judged_on=today.isoformat())
            ).rowcount
            _trim(connection, case[0], case[1])
        return done > 0

    def take_back(self, case: One, today: date) -> bool:
        """Whether it was judged today, and could be made to wait again."""
        with self._database.writing() as connection:
            done = connection.execute(
                cases.update()
                .where(
                    _one(case),
                    cases.c.verdict != "",
                    cases.c.judged_on == today.isoformat(),
                    cases.c.person != "",
                )
                .values(verdict="", judged_on="")
            )
        return done.rowcount > 0

    def let_go_but(self, versions: Mapping[str, str], asked: Collection[str]) -> int:
        """Let go of whoever waits for a version that is over, or a rule that left; how many.

        ``versions`` are those of the rules that are judged here, ``asked`` all that are judged by
        any service over this store. What was judged stays: it holds again where a rule is put back
        as it was.
        """
        with self._database.reading() as connection:
            there = connection.execute(
                select(cases.c.rule, cases.c.version).where(cases.c.verdict == "").distinct()
            ).all()
        over = [
            (row.rule, row.version)
            for row in there
            if (
                versions[row.rule] != row.version if row.rule in versions else row.rule not in asked
            )
        ]
        gone = 0
        for rule, version in sorted(over):
            with self._database.writing() as connection:
                self._database.alone_with(connection, f"cases of {rule}")
                gone += connection.execute(
                    cases.delete().where(_of_version(rule, version), cases.c.verdict == "")
                ).rowcount
        return gone


def sweep(connection: Connection, today: date) -> None:
    """Let go of who they are once they were judged, of whoever waited too long, and of verdicts."""
    oldest, over = (today - LET_GO_AFTER).isoformat(), (today - FORGOTTEN_AFTER).isoformat()
    connection.execute(
        cases.delete().where(
            or_(
                and_(cases.c.verdict == "", cases.c.day < oldest),
                and_(cases.c.verdict != "", cases.c.judged_on < over),
            )
        )
    )
    connection.execute(
        cases.update()
        .where(cases.c.verdict != "", cases.c.judged_on < today.isoformat(), cases.c.person != "")
        .values(person="", facts="[]", step="")
    )


def cases_of(connection: Connection, person: str, hidden: str) -> list[dict[str, object]]:
    """Everything that is kept of a person as a case, to be given to them."""
    found = connection.execute(select(cases).where(_about(connection, person, hidden)))
    return [
        {
            "rule": row.rule,
            "day": row.day,
            "would_have_been_shown": row.sort == "shown",
            "step": row.step,
            "facts": json.loads(row.facts),
            "judged": row.verdict,
        }
        for row in sorted(found, key=lambda row: (row.day, row.rule, row.sort))
    ]


def forget_cases(connection: Connection, person: str, hidden: str) -> int:
    """Let go of a person's cases; of how many.

    That somebody was judged right or wrong stays: nobody is in it any more.
    """
    about = _about(connection, person, hidden)
    gone = connection.execute(cases.delete().where(about, cases.c.verdict == "")).rowcount
    for row in connection.execute(select(cases).where(about)).all():
        connection.execute(
            cases.update()
            .where(_one((row.rule, row.version, row.sort, row.who)))
            .values(who=f"gone {token_hex(LENGTH // 2)}", person="", facts="[]", step="")
        )
        gone += 1
    return gone


def drop_cases(connection: Connection, hidden: str, until: str = "") -> None:
    """Let go of them and of the verdicts, ``until`` a day where one is given."""
    about = _about(connection, "", hidden)
    connection.execute(cases.delete().where(about, cases.c.day <= until if until else about))


def _about(connection: Connection, person: str, hidden: str) -> ColumnElement[bool]:
    """What is about somebody: by their name here, or by a hash where that was let go of."""
    there = connection.execute(select(cases.c.rule, cases.c.version).distinct())
    hashes = [who_of(row.rule, row.version, hidden) for row in there]
    theirs = cases.c.who.in_(hashes)
    return or_(theirs, cases.c.person == person) if person else theirs


def _written(case: Case) -> dict[str, str]:
    facts = [
        [one.fact, one.answer, one.codes, [str(day) for day in one.days]] for one in case.facts
    ]
    return {
        "rule": case.rule,
        "version": case.version,
        "sort": case.sort,
        "who": case.who,
        "person": case.person,
        "day": case.day.isoformat(),
        "step": case.step,
        "facts": json.dumps(facts),
    }


def _read(row: Found) -> Case:
    facts = tuple(
        Used(fact, answer, tuple(codes), tuple(map(date.fromisoformat, days)))
        for fact, answer, codes, days in json.loads(row.facts)
    )
    day = date.fromisoformat(row.day)
    return Case(row.rule, row.version, row.sort, row.who, row.person, day, row.step, facts)


def _of_version(rule: str, version: str) -> ColumnElement[bool]:
    return and_(cases.c.rule == rule, cases.c.version == version)


def _one(case: One) -> ColumnElement[bool]:
    rule, version, sort, who = case
    return and_(_of_version(rule, version), cases.c.sort == sort, cases.c.who == who)


def _of(connection: Connection, rule: str, version: str) -> list[Found]:
    """Every case of a version, the lowest hash first: by itself, no database sorts as another."""
    found = connection.execute(select(cases).where(_of_version(rule, version)))
    return sorted(found, key=lambda row: str(row.who))


def _sample(rows: list[Found]) -> Sample:
    known = frozenset(row.who for row in rows)
    room = _room(rows)
    waiting = [row.who for row in rows if not row.verdict]
    below = "" if not room else waiting[room - 1] if len(waiting) >= room else ABOVE_ALL
    return Sample(known, below)


def _room(rows: list[Found]) -> int:
    """How many of one sort are kept that wait: none, once enough were judged."""
    done = sum(row.verdict in (Verdict.RIGHT, Verdict.WRONG) for row in rows)
    return 0 if done >= ENOUGH else KEPT


def _trim(connection: Connection, rule: str, version: str) -> None:
    """Let go of whoever is not among the lowest any more."""
    rows = _of(connection, rule, version)
    for sort in SORTS:
        of_sort = [row for row in rows if row.sort == sort]
        above = [row.who for row in of_sort if not row.verdict][_room(of_sort) :]
        if above:
            connection.execute(
                cases.delete().where(
                    _of_version(rule, version), cases.c.sort == sort, cases.c.who.in_(above)
                )
            )


def _waiting(rows: list[Found]) -> dict[Sort, list[Found]]:
    """Who waits, the next first. Nobody is judged twice of one version, whatever it did since."""
    judged = {row.who for row in rows if row.verdict}
    found: dict[Sort, list[Found]] = {}
    taken = judged
    for sort in SORTS:  # whom it would have been shown for at all is one of those
        of_sort = [row for row in rows if row.sort == sort]
        free = [row for row in of_sort if not row.verdict and row.who not in taken]
        found[sort] = free if _room(of_sort) else []
        taken = taken | {row.who for row in of_sort}
    return found


def _judged(rows: list[Found]) -> Judged:
    times = Counter((row.sort, row.verdict) for row in rows)
    waiting = _waiting(rows)
    shown, silent = (
        Side(times[sort, Verdict.RIGHT], times[sort, Verdict.WRONG], len(waiting[sort]))
        for sort in SORTS
    )
    return Judged(shown, silent)
