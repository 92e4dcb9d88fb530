"""How a page is sent that may be about somebody: kept by nobody, in no frame, without a script."""

from collections.abc import Mapping

from starlette.responses import Response

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # the address of a link lets whoever has it in
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
# A page with buttons, which only its own address is sent.
WITH_BUTTONS = {
    **HEADERS,
    "Content-Security-Policy": HEADERS["Content-Security-Policy"].replace(
        "form-action 'none'", "form-action 'self'"
    ),
}
# Without an address that says where it came from, a browser would not say so of a form either.
SIGNED_IN = {**WITH_BUTTONS, "Referrer-Policy": "same-origin"}


def sent(html: bytes, status: int = 200, headers: Mapping[str, str] = HEADERS) -> Response:
    """A page, as it is answered."""
    return Response(html, status, media_type="text/html", headers=headers)
