"""A page as a PDF, by WeasyPrint, where it is installed: an extra, as it brings libraries in C."""

from importlib import import_module

_MISSING = (
    "A PDF needs WeasyPrint and its libraries: install goodday with the extra pdf, and Debian's"
    " package libpangoft2-1.0-0. Until then, print the HTML from a browser."
)


class NoPdf(Exception):
    """What keeps a PDF from being made, in one sentence."""


def pdf(page: bytes) -> bytes:
    """A page as a PDF, the same for the same page. Raises NoPdf."""
    try:
        weasyprint = import_module("weasyprint")
    except (ImportError, OSError):  # OSError: one of its libraries is not there
        raise NoPdf(_MISSING) from None
    # Whatever a page names is not fetched: all that it needs is in it.
    document = weasyprint.HTML(string=page.decode(), url_fetcher=_nothing)
    made: bytes = document.write_pdf(pdf_identifier=b"good-day", pdf_tags=True)
    return made


def _nothing(url: str, *_: object, **__: object) -> object:
    raise ValueError(url)
