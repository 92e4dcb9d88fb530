"""The floors: read the body, decode it into the same types, answer with a constant.

The second floor verifies the token of each call first, with PyJWT and nothing else. The third
also keeps a row of the size of a card before it answers, as safely as we do: synced to disk, and
off the event loop. All are served as lean as we are, with plain routes and
without a garbage collector that looks at everything: what we save there is not to our credit.
"""

import asyncio
import gc
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import jwt
import msgspec
import uvicorn
from fastapi import FastAPI, Request, Response
from jwt import PyJWKSet
from jwt.types import Options

from cds_hooks import wire
from fhir_adapters.elements import Value

_CALL: msgspec.json.Decoder[wire.Call[Value]] = msgspec.json.Decoder(wire.Call[Value])
_CONSTANT = b'{"cards":[]}'
_ROW = "x" * 600  # a card with five buttons


def floors(file: Path, keys: Path) -> FastAPI:
    """The floors: one verifies with the one key of a set, and one keeps its rows in a file."""
    (key,) = PyJWKSet.from_json(keys.read_text(encoding="utf-8")).keys
    app = FastAPI(openapi_url=None)
    store = sqlite3.connect(file, check_same_thread=False)
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("PRAGMA synchronous = FULL")
    store.execute("CREATE TABLE kept (card TEXT PRIMARY KEY, row TEXT)")
    keeper = ThreadPoolExecutor(1)

    def keep() -> None:
        with store:
            store.execute("INSERT INTO kept VALUES (?, ?)", (str(uuid4()), _ROW))

    async def constant(request: Request) -> Response:
        """Decode and answer."""
        _CALL.decode(await request.body())
        return Response(_CONSTANT, media_type="application/json")

    async def verified(request: Request) -> Response:
        """Verify who calls, decode and answer."""
        token = request.headers["authorization"].removeprefix("Bearer ")
        options: Options = {"verify_aud": False}
        jwt.decode(token, key, algorithms=[key.algorithm_name], options=options)
        return await constant(request)

    async def kept(request: Request) -> Response:
        """Decode, keep a row, and answer."""
        _CALL.decode(await request.body())
        await asyncio.get_running_loop().run_in_executor(keeper, keep)
        return Response(_CONSTANT, media_type="application/json")

    app.add_route("/cds-services/{service_id}", constant, methods=["POST"])
    app.add_route("/verified/cds-services/{service_id}", verified, methods=["POST"])
    app.add_route("/kept/cds-services/{service_id}", kept, methods=["POST"])
    return app


def main(port: int, file: Path, keys: Path) -> None:
    """Serve them on a port."""
    app = floors(file, keys)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # as cds_hooks/commands/serve.py has it
    uvicorn.run(app, port=port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
