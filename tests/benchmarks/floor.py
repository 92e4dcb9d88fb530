"""The floor: read the body, decode it into the same types, answer with a constant."""

import sys

import msgspec
import uvicorn
from fastapi import FastAPI, Request, Response

from cds_hooks import wire
from fhir_adapters.elements import Value

_CALL: msgspec.json.Decoder[wire.Call[Value]] = msgspec.json.Decoder(wire.Call[Value])
_CONSTANT = b'{"cards":[]}'

app = FastAPI(openapi_url=None)


@app.post("/cds-services/{service_id}")
async def constant(service_id: str, request: Request) -> Response:
    """Decode and answer."""
    _CALL.decode(await request.body())
    return Response(_CONSTANT, media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="warning")
