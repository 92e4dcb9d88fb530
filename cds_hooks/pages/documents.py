"""A page for every rule, written from the rule itself: nothing on it can drift from what runs.

The same rules and the same day give the same pages, to the byte.
"""

from datetime import date

from cds_hooks.pages.html import style, templates
from cds_hooks.pages.lineage import Lineage
from cds_hooks.pages.told import about
from rules.days import in_words
from rules.load import Loaded


def documents(loaded: Loaded, today: date) -> dict[str, bytes]:
    """Every file of the documents, by its path: pages, a version for patients, the stylesheet.

    ``today`` is the day that the pages say they are from, and that review dates are held against.
    """
    made = templates("cds_hooks.pages", strict=True)
    lineage = Lineage(loaded)
    rules = [about(rule, loaded.stories.get(rule.id, ()), today) for rule in loaded.library.rules]
    common = {
        "practice": loaded.library.practice,
        "today": in_words(today),
        "rules": rules,
        "lists": lineage.lists(),
        "facts": lineage.facts(),
    }

    def page(template: str, *, up: str = "", **values: object) -> bytes:
        return made.get_template(template).render(up=up, **common, **values).encode()

    found = {
        "index.html": page("index.html"),
        "lists-and-facts.html": page("lineage.html"),
        "style.css": style(),
    }
    for told in rules:
        rule = told.rule
        lists = lineage.lists_of(rule)
        own = {
            "lists": lists,
            "facts": lineage.facts_of(rule),
            "verify": tuple(dict.fromkeys(note for one in lists for note in one.verify)),
        }
        found[f"rules/{rule.id}.html"] = page("rule.html", up="../", one=told, own=own)
        found[f"for-patients/{rule.id}.html"] = page("patient.html", up="../", one=told, own=own)
    return found
