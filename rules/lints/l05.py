"""L05: a message that is hard to read."""

from collections.abc import Iterator

from rules.lints.lint import Found, Lint, Seen, own
from rules.lints.words import reading_age
from rules.rule import OfferKind

_AGE = 11


def _find(seen: Seen) -> Iterator[Found]:
    for offer in seen.rule.offers:
        if offer.kind is OfferKind.MESSAGE and (age := reading_age(offer.text)) > _AGE:
            yield Found(
                own(seen.rule, offer.at, "offers"),
                f'The message "{offer.words}" reads like a text for {age}-year-olds.',
                "Use shorter sentences and shorter words.",
            )


LINT = Lint(
    code="L05",
    title="a message that is hard to read",
    not_like_this="""\
text: We would be most appreciative of your participation in a multidisciplinary programme
""",
    like_this="""\
text: Would you like to join a group? You can bring a friend.
""",
    why="Half of adults in England read at the level of an 11-year-old or below.",
    stops_from=None,
    find=_find,
)
