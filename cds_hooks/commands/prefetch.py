"""``goodday rules check --prefetch``: what a record system is asked for, hook by hook."""

from pathlib import Path

from cds_hooks.commands import say
from fhir_adapters.needs import needs
from rules.load import load_library


def prefetch(path: Path) -> None:
    """Print the searches that the rules under a path need, each once, whoever shares it.

    Whatever a rule's status is: a draft asks for nothing until it is piloted.
    """
    library = load_library(path).library
    for hook in library.hooks:
        rules = library.for_hook(hook)
        asked = needs(rules, elsewhere=library.practice.elsewhere)
        say.line("")
        say.line(f"{hook} ({', '.join(rule.id for rule in rules)}) asks for:")
        for key, template in asked.templates.items():
            say.line(f"  {key}: {template}")
