"""Whether the difference from the version that was released last was looked at, by whom, when."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from rules.days import in_words


@dataclass(frozen=True, slots=True)
class Review:
    """That somebody reviewed one difference: from which version to which, by their fingerprints.

    ``now`` is over the codes of lists too; ``by`` is a role, and nobody's name.
    """

    was: str
    now: str
    on: date
    by: str


class Since(NamedTuple):
    """A rule against the version of it that was released last.

    ``was`` is that version's fingerprint, "" where none is written down; ``held`` is that of the
    rule with the codes of its lists.
    """

    was: str = ""
    now: str = ""
    held: str = ""
    review: Review | None = None

    def says(self) -> tuple[bool, str, str]:
        """Whether it was reviewed, a sentence about it, and what to do where it was not."""
        if not self.was:
            says = "It is not written down which version was in pilot, so nobody knows what changed"
            return False, f"{says}.", "Release it to pilot with goodday rules release first."
        if self.was == self.now:
            return True, "What it decides and says is what was released last.", ""
        review = self.review
        if review is not None and (review.was, review.now) == (self.was, self.held):
            says = "The difference from what was released last was reviewed"
            return True, f"{says} on {in_words(review.on)} ({review.by}).", ""
        if review is None:
            says = "Nobody has reviewed the difference from the version that was released last."
        else:
            says = f"The review of {in_words(review.on)} is of another difference than this one."
        do = "Look at it with goodday rules diff OLD FILE, and then add --reviewed-by and a role."
        return False, says, do
