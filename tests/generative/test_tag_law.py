"""Whoever a chunk lets go without their record would have got no reminder, and lost none.

The workers of ``goodday population tag`` know nothing that was said; whose record they leave behind
is not asked about again.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import cycle

from cds_hooks.population.asking import HOOK
from cds_hooks.population.tagging import Changes, changes
from fhir_adapters.bulk.chunk import evaluate_chunk
from fhir_adapters.bulk.kept import unpack
from fhir_adapters.bulk.people import Someone
from fhir_adapters.bundle import record_from_bundle
from prompts.history import History
from rules.record import Reply, Said
from rules.rule import Library, OfferKind, Status
from tests.builders import shipped
from tests.crowd.inventing import invent
from tests.crowd.page import SEED, TODAY
from tests.crowd.writing import bundle
from tests.lengths import only

# What somebody said three weeks ago to everything: each is asked about as if nobody had ever been
# asked, and as if they had said one of these.
REPLIES = (Reply.DECLINED, Reply.SHOWN, Reply.ACCEPTED, Reply.ALREADY_DONE)
BEFORE = TODAY - timedelta(days=21)


def in_pilot() -> Library:
    """Every rule that ships and makes a reminder, as if it were in pilot with everybody."""
    library = shipped().library
    reminding = (r for r in library.rules if any(o.kind is OfferKind.TAG for o in r.offers))
    care = ((rule, replace(rule.care, pilot=None)) for rule in reminding)
    rules = (replace(rule, status=Status.PILOT, care=own) for rule, own in care)
    return replace(library, rules=tuple(rules))


def test_whoever_is_asked_by_way_of_a_chunk_gets_what_they_would_get_asked_alone() -> None:
    library = in_pilot()
    rules = library.for_hook(HOOK)
    topics = sorted({topic for rule in rules for topic in rule.quiet.topics})
    came: Counter[str] = Counter()
    said = {reply: tuple(Said(topic, reply, BEFORE) for topic in topics) for reply in REPLIES}
    for number, reply in zip(range(only(40, 600)), cycle(REPLIES), strict=False):
        record = record_from_bundle(bundle(invent(SEED, number, TODAY)))
        (row,) = evaluate_chunk(rules, [Someone(record)], TODAY, carry=True)
        came["carried" if row.record else "left behind"] += 1
        for history in (History(), History(said=said[reply])):
            alone = changes(record, history, library, TODAY)
            carried = unpack(row.record) if row.record else None
            found = changes(carried, history, library, TODAY) if carried else Changes()
            assert found == alone
            came.update(add=len(alone.add), held=len(alone.held), end=len(alone.end))
    assert came["carried"]
    assert came["left behind"]
    assert came["add"]
    assert came["held"]
