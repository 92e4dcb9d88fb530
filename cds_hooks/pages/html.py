"""The one home of templates and of markdown: what comes out is HTML that is safe to show."""

from importlib.resources import files

import nh3
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable(["image", "link", "autolink"])
_TAGS = {"p", "strong", "em", "ul", "ol", "li", "br", "code"}


def markdown(text: str) -> str:
    """Card detail as HTML: paragraphs, lists and emphasis, and nothing else."""
    return nh3.clean(_MARKDOWN.render(text), tags=_TAGS, attributes={})


def templates(package: str, *, strict: bool = False) -> Environment:
    """The templates of a package; everything that is put into them is escaped."""
    environment = Environment(
        loader=PackageLoader(package),
        autoescape=select_autoescape(),
        trim_blocks=strict,
        lstrip_blocks=strict,
    )
    if strict:
        environment.undefined = StrictUndefined
    environment.filters["markdown"] = markdown
    return environment


def style() -> bytes:
    """The stylesheet of every page there is."""
    return files("cds_hooks.pages").joinpath("static/style.css").read_bytes()
