"""What the rules of a folder are called and are about, as their files say, faulty or not."""

from collections.abc import Iterable
from importlib.resources.abc import Traversable

from rules.lints.lint import Named
from rules.opening import Opening
from rules.text import Block, Items, Node, Text


class Naming:
    """Collects the names of rules and of their topics."""

    def __init__(self) -> None:
        self._rules = set[str]()
        self._topics = set[str]()
        self._whole = True

    def add(self, node: Node | None, stem: str) -> None:
        """The names in one rule file, or that it cannot be known which it has."""
        self._rules.add(stem)
        quiet = node.pairs.get("quiet", (None, None))[1] if isinstance(node, Block) else None
        if not isinstance(quiet, Block):
            self._whole = False
            return
        for key in ("topic", "also_known_as"):
            if key in quiet.pairs:
                self._topics.update(_texts(quiet.pairs[key][1]))

    def beside(self, files: Iterable[tuple[Traversable, str]]) -> None:
        """The names in files that are not loaded; what is wrong with them is not said here."""
        for path, shown in files:
            _, node = Opening([], {}).read(path, shown)
            if isinstance(node, Block) and "quiet" in node.pairs:
                self.add(node, path.name.removesuffix(".yaml"))

    def knows(self, rules: Iterable[str], topics: Iterable[str]) -> bool:
        """Whether all of these are names that were collected."""
        return self._rules.issuperset(rules) and self._topics.issuperset(topics)

    @property
    def named(self) -> Named | None:
        """The names; None where a file could not be read that may have others."""
        return Named(frozenset(self._rules), frozenset(self._topics)) if self._whole else None


def _texts(node: Node) -> set[str]:
    items = node.items if isinstance(node, Items) else (node,)
    return {item.value for item in items if isinstance(item, Text)}
