"""The one home of prometheus_client: what is counted, by our own words only.

Labels are the names of services and rules in force, and words of this program: never anything of a
call. Counting adds to a dictionary, on the event loop; everything else waits until somebody asks.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from cds_hooks.clock import Clock, practice_day
from cds_hooks.live import Live
from cds_hooks.refusals import HUNG_UP
from cds_hooks.traffic import Call, Traffic
from prompts.restraint import IN_SHADOW, in_shadow_from
from rules.outcome import Outcome

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Seconds: fine below the half second that a call may take, coarse above it.
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics(Collector):
    """The figures of one app, in a registry of their own."""

    def __init__(self, live: Live, traffic: Traffic, clock: Clock) -> None:
        self._live, self._traffic, self._clock = live, traffic, clock
        self._calls: Counter[tuple[str, str, str]] = Counter()
        self._times: dict[tuple[str, str], list[int]] = {}
        self._seconds: dict[tuple[str, str], float] = {}
        self._outcomes: Counter[tuple[str, str, str]] = Counter()
        self._cards: Counter[str] = Counter()
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        traffic.told.append(self.called)

    def called(self, call: Call) -> None:
        """One call, at its end."""
        service = call.service if self._live.had(call.service) else "none"
        status = "hung up" if call.status == HUNG_UP else f"{call.status // 100}xx"
        self._calls[service, call.kind, status] += 1
        key = service, call.kind
        counts = self._times.get(key)
        if counts is None:
            counts = self._times[key] = [0] * (len(_BOUNDS) + 1)
        counts[bisect_left(_BOUNDS, call.seconds)] += 1
        self._seconds[key] = self._seconds.get(key, 0.0) + call.seconds

    def asked(self, service: str, outcomes: Iterable[Outcome], *, card: bool) -> None:
        """What the rules of one call came to."""
        for outcome in outcomes:
            self._outcomes[service, outcome.rule.id, outcome.decision] += 1
        if card:
            self._cards[service] += 1

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Every figure, as the library asks for them."""
        calls = CounterMetricFamily(
            "goodday_calls", "Calls, by what came of them.", labels=("service", "kind", "status")
        )
        for key, count in self._calls.items():
            calls.add_metric(key, count)
        yield calls
        times = HistogramMetricFamily(
            "goodday_call_seconds", "How long a call took.", labels=("service", "kind")
        )
        for timed, counts in self._times.items():
            times.add_metric(timed, _buckets(counts), self._seconds[timed])
        yield times
        # Rules that are no longer in force go, or their names would be added to for ever.
        in_force = {rule.id for rule in self._live.rules.library.rules}
        outcomes = CounterMetricFamily(
            "goodday_rule_outcomes",
            "What each rule came to, before anybody is left in peace.",
            labels=("service", "rule", "outcome"),
        )
        for (service, rule, decision), count in list(self._outcomes.items()):
            if rule in in_force:
                outcomes.add_metric((service, rule, str(decision).replace(" ", "_")), count)
            else:
                del self._outcomes[service, rule, decision]
        yield outcomes
        cards = CounterMetricFamily("goodday_cards", "Cards that were sent.", labels=("service",))
        for service, count in self._cards.items():
            cards.add_metric((service,), count)
        yield cards
        yield from self._noticed()
        yield from self._moments(len(in_force))

    def _noticed(self) -> Iterator[Metric]:
        """What was noticed about rules: stopped by themselves, unusual, not as in their stories."""
        by_itself = GaugeMetricFamily(
            "goodday_rule_stopped", "1 for a rule that put itself in shadow.", labels=("rule",)
        )
        named = [one.what for one in self._live.pauses]
        stopped = {what.removeprefix(IN_SHADOW) for what in named if what.startswith(IN_SHADOW)}
        today = practice_day(self._clock())
        for rule in self._live.rules.library.shown().rules:
            since = in_shadow_from(rule)
            if since is not None and since <= today:
                stopped.add(rule.id)
        for name in sorted(stopped):
            by_itself.add_metric((name,), 1)
        yield by_itself
        alarms = GaugeMetricFamily(
            "goodday_rule_alarm", "1 for a rule that is unusual.", labels=("rule", "alarm")
        )
        for alarm in self._live.alarms:
            alarms.add_metric((alarm.rule, alarm.kind), 1)
        yield alarms
        asked = self._live.canaries
        wrong = GaugeMetricFamily(
            "goodday_canary_wrong",
            "1 for a rule that does not do what its stories say.",
            labels=("rule",),
        )
        for found in asked.wrong if asked else ():
            wrong.add_metric((found.rule,), 1)
        yield wrong
        if asked is not None:
            yield GaugeMetricFamily(
                "goodday_canaries_asked_seconds",
                "When invented people were last asked about, in seconds since 1970.",
                value=asked.at.timestamp(),
            )

    def _moments(self, rules: int) -> Iterator[Metric]:
        yield GaugeMetricFamily("goodday_rules", "Rules in force.", value=rules)
        yield GaugeMetricFamily(
            "goodday_calls_at_work", "Calls at work now.", value=self._traffic.at_work
        )
        yield CounterMetricFamily(
            "goodday_calls_too_many",
            "Calls that were told to come again, since too many were at work.",
            value=self._traffic.too_many,
        )
        yield GaugeMetricFamily(
            "goodday_switch_unread_seconds",
            "For how long nobody could read what is paused; 0 where it is read.",
            value=self._live.unread_for or 0.0,
        )
        last = self._live.last
        yield GaugeMetricFamily(
            "goodday_reload_wrong",
            "1 where changed rule files were not taken and the last good ones are in force.",
            value=int(bool(last and last.wrong)),
        )
        yield GaugeMetricFamily(
            "goodday_rules_since_seconds",
            "Since when these rules are in force, in seconds since 1970.",
            value=self._live.rules.since.timestamp(),
        )


def _buckets(counts: list[int]) -> list[tuple[str, float]]:
    """Each bound with how many were at most that, as the library wants them."""
    found: list[tuple[str, float]] = []
    total = 0
    for bound, count in zip((*map(str, _BOUNDS), "+Inf"), counts, strict=True):
        total += count
        found.append((bound, total))
    return found
