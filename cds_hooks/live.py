"""The rules in force: one value that never changes, read once by a call, and swapped as a whole."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from time import monotonic

from cds_hooks.discovery import HookService, discovery, hook_services
from cds_hooks.store.pauses import Pause
from cds_hooks.watched import Alarm, Canaries, Figures
from fhir_adapters.drafts import prove_offers
from prompts.alarms import Led
from prompts.counted import Counted
from prompts.judged import Judged
from prompts.restraint import UNREAD
from rules.people import Stories
from rules.rule import Library, Practice
from rules.support import Listed


@dataclass(frozen=True, slots=True)
class InForce:
    """Everything that a call is answered from. ``fingerprint`` says which files it was read from.

    Two sets of the same files have the same fingerprint, and no others have.
    """

    library: Library  # only the rules that are asked: those that may be shown, and in shadow
    services: Mapping[str, HookService]
    described: bytes  # the answer to discovery
    fingerprint: str
    since: datetime
    stories: Mapping[str, Stories] = field(default_factory=dict[str, Stories])


class OutsideSubset(ValueError):
    """A prefetch template is not one that clients widely support; says which in one sentence."""


def in_force(
    library: Library,
    since: datetime,
    fingerprint: str = "",
    stories: Mapping[str, Stories] | None = None,
) -> InForce:
    """A library made ready, with the stories that are told to it while it runs.

    Raises ValueError for an offer that is no FHIR resource, and OutsideSubset for a prefetch
    template that clients could not fill.
    """
    asked = library.asked()
    prove_offers(asked.rules)
    services = hook_services(asked)
    for service in services.values():
        for key in dict.fromkeys((*service.needs.outside, *service.required.outside)):
            raise OutsideSubset(
                f'The prefetch template "{key}" of {service.id} cannot be sent to clients: write'
                " the codes of its rules, and their systems, without spaces and without any of"
                " & | , # { }."
            )
    described = discovery(services, asked)
    found = fingerprint or sha256(described).hexdigest()
    return InForce(asked, services, described, found, since, stories or {})


@dataclass(frozen=True, slots=True)
class Reload:
    """The last time that changed files were looked at. ``wrong``: why they were not taken."""

    at: datetime
    wrong: tuple[str, ...] = ()


_LATE = 15.0  # seconds without a look at the switch that are told: three looks
# Seconds after which nothing is said without one: a pause is to be in force within a minute on
# every worker, and a call that is on its way has to end by then.
_TOO_LATE = 55.0
_BLIND = "for about a minute nobody could look up what is paused, so nothing is shown"


class Live:
    """Holds the rules in force. One thread swaps them; whoever reads them reads them once."""

    def __init__(self, first: InForce, steady: Callable[[], float] = monotonic) -> None:
        """``steady`` counts seconds, and nobody sets it."""
        self._steady = steady
        self._followed_at: float | None = None  # when what is paused was to be read first
        self._read_at: float | None = None  # and when it was read last
        self._rules = first
        self._ever = frozenset(first.services)
        self._last: Reload | None = None
        self.pauses: tuple[Pause, ...] = ()  # swapped as a whole, and so is what was noticed
        self.beside: frozenset[str] = frozenset()  # other practices over the store
        self.faults: Mapping[str, datetime] = {}  # what no longer watches, and since when
        self.canaries: Canaries | None = None
        self.alarms: tuple[Alarm, ...] = ()
        self.figures: Mapping[str, Figures] = {}
        self.in_shadow: Mapping[str, Counted] = {}  # of rules in shadow, since they are
        self.judged: Mapping[str, Judged] = {}  # of rules in shadow and pilot, as they are now
        self.led: Mapping[str, Led] = {}  # what came of cards
        self.resting: Mapping[str, date] = {}  # keys of offers that nobody can have; said last when
        # Local support as it is published, and what of it each service looks for; swapped as well.
        self.listed: tuple[Listed, ...] = ()
        self.nearby: Mapping[str, tuple[Listed, ...]] = {}

    @property
    def rules(self) -> InForce:
        """The set in force now: to be read once in a call, and kept to its end."""
        return self._rules

    def practice_of(self, rules: InForce) -> Practice:
        """Whose rules those are, with what is paused of them now, and what there is nearby.

        A call asks for the practice of the rules that it began with: others may be in force since.
        """
        paused = {one.what: one.because for one in self.pauses}
        if self.is_blind:
            paused[UNREAD] = _BLIND
        practice, nearby = rules.library.practice, self.nearby
        return replace(practice, paused=paused, nearby=nearby) if paused or nearby else practice

    def follow(self) -> None:
        """From here on somebody looks up what is paused, and until it is known nothing is said."""
        self._followed_at = self._steady()

    def read(self, pauses: tuple[Pause, ...]) -> bool:
        """This is paused, and no more; whether that is news."""
        known, self.pauses = self.pauses, pauses
        self._read_at = self._steady()
        return pauses != known

    @property
    def unread_for(self) -> float | None:
        """For how many seconds nobody could look up what is paused; None where somebody did."""
        since = self._followed_at if self._read_at is None else self._read_at
        if self._followed_at is None or since is None:
            return None
        found = self._steady() - since
        return found if found >= _LATE or self._read_at is None else None

    @property
    def is_blind(self) -> bool:
        """Whether somebody may have paused something a minute ago that is not known here."""
        unread = self.unread_for
        return unread is not None and (self._read_at is None or unread >= _TOO_LATE)

    @property
    def last(self) -> Reload | None:
        """What came of the last reload, if there was one."""
        return self._last

    def had(self, service: str) -> bool:
        """Whether there is or was such a service: its cards may still be answered."""
        return service in self._ever

    def take(self, rules: InForce) -> None:
        """From here on these are in force."""
        self._ever |= frozenset(rules.services)
        self._rules, self._last = rules, Reload(rules.since)

    def keep(self, at: datetime, *wrong: str) -> None:
        """What is in force stays; ``wrong`` says why, and nothing where nothing is wrong."""
        self._last = Reload(at, wrong)
