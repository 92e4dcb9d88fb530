"""One invented person: START HERE. The same seed, number and day give the same person, for ever."""

from datetime import date, timedelta
from random import Random

from rules.codes import SNOMED
from tests.crowd.journeys import (
    ANYBODY,
    JOURNEYS,
    LONG_TERM,
    RESULTS,
    TOPICS,
    Journey,
    Measured,
)
from tests.crowd.likely import AGES, ILLNESSES, NOT_BOTH, Illness
from tests.crowd.lists import drawn, lists, own
from tests.crowd.names import GIVEN, family, nhs_number
from tests.crowd.person import Coded, Invented, Line, Told

# Days on which a window of some rule ends: lines lie near them more often than chance has it.
EDGES = (1, 6, 7, 13, 14, 28, 42, 60, 84, 90, 182, 270, 365, 548, 730)
_TOTAL_CHOLESTEROL = Coded(SNOMED, "994351000000103", "Total cholesterol")
_PRESSURE = Coded(SNOMED, "75367002", "Blood pressure")
# The lists of which something may be left out on its way here.
_LEFT_OUT = (
    "Procedure", "Observation", "Condition", "ServiceRequest", "MedicationRequest", "Encounter",
)  # fmt: skip


def invent(seed: int, number: int, today: date) -> Invented:
    """The person of this number, from 0. Raises ValueError above 111,110."""
    return _Drawing(seed, number, today).person()


class _Drawing:
    """Draws one person, line by line; what is drawn next may depend on what is there already."""

    def __init__(self, seed: int, number: int, today: date) -> None:
        self.rng = Random(f"good day {seed} {number}")
        self.number, self.today = number, today
        self.lines: list[Line] = []
        self.there: set[str] = {ANYBODY}  # the lists of these lines
        self.sex = "female" if self.rng.random() < 0.505 else "male"
        lowest, highest, _ = self.rng.choices(AGES, [share for *_, share in AGES])[0]
        days = self.rng.randint(lowest * 366, min(highest, 101) * 365 + 360)
        self.born = today - timedelta(days=days)
        self.age = days / 365.25
        self.band = next(n for n, (_, last, _) in enumerate(AGES) if int(self.age) <= last)

    def person(self) -> Invented:
        """Everything about them."""
        for name, illness in ILLNESSES.items():
            self._illness(name, illness)
        for journey in JOURNEYS:
            self._journey(journey)
        self._answers()
        for measured in RESULTS:
            self._measured(measured)
        self._pressure()
        self._pain_medicine()
        self._visits()
        rng = self.rng
        died = self._day(400) if rng.random() < (0.006 if self.age < 75 else 0.04) else None
        interpreter = self._has("interpreter-needed")
        return Invented(
            number=self.number,
            key=f"crowd-{self.number}",
            nhs_number=nhs_number(self.number),
            given=rng.choice(GIVEN[self.sex]),
            family=family(rng),
            sex=self.sex,
            born=self.born,
            born_told=rng.choices((Told.DAY, Told.MONTH, Told.YEAR), (96, 3, 1))[0],
            died=died,
            language=rng.choice(("pl", "pa", "ur", "bn", "cy", "ro")) if interpreter else "en",
            needs_interpreter=interpreter and rng.random() < 0.5,
            lines=tuple(self.lines),
            filed=self._filed(),
            unread=self._unread(),
        )

    # ---- drawing one line -------------------------------------------------------------------

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _day(self, back: int, near: int = 0) -> date:
        """A day of the last so many: one in four at the edge of a window."""
        rng = self.rng
        reach = near if near and rng.random() < 0.67 else back
        edges = [edge for edge in EDGES if edge <= reach]
        if edges and rng.random() < 0.25:
            ago = rng.choice(edges) + rng.choice((-1, 0, 0, 1))
        else:
            ago = rng.randint(0, reach)
        return max(self.today - timedelta(days=max(ago, 0)), self.born)

    def _told(self) -> Told:
        return self.rng.choices(tuple(Told), (94, 3.5, 1.5, 1))[0]

    def _add(self, line: Line) -> None:
        self.lines.append(line)
        self.there.add(line.what)

    def _has(self, *any_of: str) -> bool:
        return not self.there.isdisjoint(any_of)

    # ---- what people live with --------------------------------------------------------------

    def _illness(self, name: str, illness: Illness) -> None:
        rng = self.rng
        if illness.only and illness.only != self.sex:
            return
        if not self._chance(illness.shares[self.band] / 100):
            return
        if any(name == second and self._has(first) for first, second in NOT_BOTH):
            return
        code = lists()[name][2] if name == "diabetes" else drawn(name, rng)
        if illness.codes:
            code = rng.choice(lists()[name][: illness.codes])
        days = int(rng.triangular(0, min(illness.years * 365, self.age * 365 + 1), 0))
        on = self._day(400) if self._chance(0.06) else self.today - timedelta(days=days)
        on = max(on, self.born)
        kind = "Observation" if self._chance(illness.result) else "Condition"
        doubt = rng.choices(("", "unconfirmed", "refuted", "entered-in-error"), (97, 1.5, 0.7, 0.8))
        line = Line(kind, name, code, on, self._told(), doubt=doubt[0])
        if kind == "Observation":
            line = line._replace(doubt="")
        if not self._chance(illness.over):
            self._add(line)
            return
        ended = on + timedelta(days=rng.randint(0, max((self.today - on).days, 0)))
        if illness.over_by and (kind == "Observation" or self._chance(0.4)):
            self._add(line)  # and nobody changed the old line
            over_by = rng.choice(illness.over_by)
            self._add(Line("Observation", over_by, drawn(over_by, rng), ended))
        elif kind == "Condition":
            status = rng.choice(("resolved", "inactive", "remission"))
            self._add(line._replace(status=status, ends=ended))
        else:
            self._add(line)

    # ---- what became of it ------------------------------------------------------------------

    def _journey(self, journey: Journey) -> None:
        if self.age < journey.from_age or not self._has(*journey.of):
            return
        chance = journey.share
        while self._chance(chance):
            self._step(journey)
            chance = journey.again

    def _step(self, journey: Journey) -> None:
        rng = self.rng
        what = rng.choices(tuple(journey.lists), tuple(journey.lists.values()))[0]
        kind = journey.kind or rng.choice(("Procedure", "Procedure", "Observation"))
        if what.endswith("-referred") and not journey.kind and self._chance(0.7):
            kind = "ServiceRequest"
        code = drawn(what, rng)
        on = self._day(journey.back, journey.near)
        line = Line(kind, what, code, on, self._told(), journey.status)
        if what == "copd-admission":
            self._stay(line)
            return
        if kind == "Flag" and self._chance(0.2):
            line = line._replace(status="inactive", ends=self.today)
        elif kind in ("Task", "ServiceRequest") and self._chance(0.4):
            line = line._replace(status="completed")
        elif kind == "Goal" and not journey.status and self._chance(0.15):
            line = line._replace(status="cancelled")
        elif kind == "Consent" and self._chance(0.1):
            line = line._replace(status="rejected")
        elif kind == "Procedure" and self._chance(0.04):
            line = line._replace(status="not-done")
        self._add(line)

    def _stay(self, line: Line) -> None:
        """A stay in hospital for COPD: some are there still, some were called since."""
        rng = self.rng
        length = rng.randint(1, 9)
        there_still = self._chance(0.08)
        began = line.on - timedelta(days=length)
        ward = rng.choice(lists()["inpatient-stay"])
        stay = line._replace(code=ward, reason=line.code, on=began, told=Told.DAY)
        status = "in-progress" if there_still else "finished"
        ends = None if there_still else line.on
        self._add(stay._replace(status=status, ends=ends))

    def _answers(self) -> None:
        """A no or a not now to Good Day, with or without a day to be asked again."""
        rng = self.rng
        for topic, (of, share) in TOPICS.items():
            if not self._has(of) or not self._chance(share):
                continue
            on = self._day(900)
            chosen = rng.choice((28, 91, 182, 365)) if self._chance(0.4) else 0
            answer = rng.choice(("declined", "declined", "not-now"))
            again = on + timedelta(days=chosen) if chosen else None
            line = Line("Procedure", topic, own(topic), on, status="not-done")
            self._add(line._replace(answer=answer, ask_again=again))
            if self._chance(0.25):
                fine = on + timedelta(days=rng.randint(0, (self.today - on).days))
                what = "happy-to-be-asked-again"
                self._add(Line("Procedure", what, drawn(what, rng), fine))

    # ---- results and medicines --------------------------------------------------------------

    def _measured(self, one: Measured) -> None:
        if not self._has(*one.of):
            return
        rng = self.rng
        chance = one.share
        while self._chance(chance):
            value = round(max(rng.gauss(one.middle, one.spread), 1), one.digits)
            if one.what == "pam-level":
                value = min(max(round(value), 1), 4)
            named = lists()[one.what][: one.codes]
            code = _TOTAL_CHOLESTEROL if one.codes < 0 else rng.choice(named)
            status = "preliminary" if self._chance(0.03) else ""
            on = self._day(one.back, 60 if one.back < 500 else 0)
            line = Line("Observation", one.what, code, on, status=status)
            self._add(line._replace(value=value, unit=one.unit) if one.unit else line)
            chance = 0.4

    def _pressure(self) -> None:
        """Of those with high blood pressure, most were measured in the last year, and well."""
        high = self._has("hypertension")
        if not self._chance(0.97 if high else 0.45 if self.age >= 40 else 0.2):
            return
        upper = self.rng.gauss(131 if high else 126, 12)
        lower = upper * 0.4 + self.rng.gauss(27, 6)
        on = self._day(800, 300 if high else 0)
        line = Line("Observation", "pressure", _PRESSURE, on)
        self._add(line._replace(value=round(upper), unit=f"{lower:.0f}"))

    def _pain_medicine(self) -> None:
        if not self._has("long-lasting-pain", "osteoarthritis") or not self._chance(0.4):
            return
        code = drawn("pain-medicine", self.rng)
        for _ in range(self.rng.randint(1, 8)):
            self._add(Line("MedicationRequest", "pain-medicine", code, self._day(300)))

    def _filed(self) -> frozenset[int]:
        """Which results a clinician has filed: most of them."""
        return frozenset(
            place
            for place, line in enumerate(self.lines)
            if line.kind == "Observation"
            and line.unit
            and line.what != "pam-level"
            and line.status != "preliminary"
            and self._chance(0.85)
        )

    # ---- seen, and to be seen ---------------------------------------------------------------

    def _visits(self) -> None:
        rng = self.rng
        ill = self._has(*LONG_TERM)
        contacts = lists()["practice-contact"]
        for _ in range(rng.randint(0, (6 if ill else 2) + (3 if self.age > 70 else 0))):
            how = rng.choices(contacts, (6, 3, 1))[0]
            self._add(Line("Encounter", "practice-contact", how, self._day(700)))
        if not self._chance(0.16 if ill else 0.05):
            return
        ahead = self.today + timedelta(days=rng.randint(0, 28))
        planned = self._chance(0.6)
        code = drawn("planned-visit", rng) if planned else _WALK_IN
        what = "planned-visit" if planned else "other-visit"
        status = "proposed" if self._chance(0.15) else "booked"
        self._add(Line("Appointment", what, code, ahead, status=status))

    def _unread(self) -> dict[str, int]:
        """One in a hundred has a list of which something was left out on its way here."""
        if not self._chance(0.01):
            return {}
        there = [(n, o) for n, o in enumerate(self.lines) if o.kind in _LEFT_OUT]
        if not there:
            return {}
        place, line = self.rng.choice(there)
        return {line.kind: place}


_WALK_IN = Coded("http://terminology.hl7.org/CodeSystem/v2-0276", "WALKIN", "Without a booking")
