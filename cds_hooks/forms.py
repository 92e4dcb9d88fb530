"""GET /fhir/Questionnaire/{form}: the forms that people fill in, for a system that shows them.

Anybody may read them: there is nobody in them, and nothing of what anybody answered.
"""

import msgspec
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from cds_hooks.live import Live
from fhir_adapters.forms import questionnaire_of
from rules.schema.papers import english

_SENT_AS = {"X-Content-Type-Options": "nosniff"}


def form_routes(live: Live) -> APIRouter:
    """The route, to be put on an app."""
    routes = APIRouter()

    @routes.api_route("/fhir/Questionnaire/{form}", methods=["GET", "HEAD"])
    async def form_of(form: str) -> Response:
        found = questionnaire_of(form, live.rules.library.practice.papers, english())
        if found is None:
            raise HTTPException(404)
        body = msgspec.json.encode(found)
        return Response(body, media_type="application/fhir+json", headers=_SENT_AS)

    return routes
