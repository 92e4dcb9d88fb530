"""A text editor as small as can be: it opens files and asks the YAML language server about them."""

import json
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SERVER = Path(__file__).parent / "node_modules/yaml-language-server/bin/yaml-language-server"

Json = dict[str, Any]  # what the protocol sends, which has a shape for every message


class Editor:
    """One folder, open in an editor with these settings. Lines and columns are counted from 0."""

    def __init__(self, folder: Path, settings: Mapping[str, object]) -> None:
        self.folder = folder
        yaml = {name.removeprefix("yaml."): value for name, value in settings.items()}
        self._settings = {"yaml": {"validate": True, "hover": True, "completion": True, **yaml}}
        self._server = subprocess.Popen(
            ["node", str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._asked = 0
        self._said: dict[str, list[Json]] = {}

    def __enter__(self) -> Self:
        folders = [{"uri": self.folder.as_uri(), "name": "practice"}]
        client = {"workspace": {"configuration": True, "workspaceFolders": True}}
        self._ask(
            "initialize",
            {
                "processId": None,
                "rootUri": self.folder.as_uri(),
                "workspaceFolders": folders,
                "capabilities": client,
            },
        )
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": self._settings})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.kill()
        self._server.communicate()

    def problems(self, name: str) -> list[tuple[int, str]]:
        """Open a file: the line of each thing that is underlined, and what is said about it."""
        uri = self._open(name)
        while uri not in self._said:
            self._hear(None)
        return [(one["range"]["start"]["line"], one["message"]) for one in self._said.pop(uri)]

    def completions(self, name: str, line: int, column: int) -> list[str]:
        """What is offered at a place of an open file."""
        answer = self._ask("textDocument/completion", self._place(name, line, column))
        return [one["label"] for one in answer["items"]]

    def hover(self, name: str, line: int, column: int) -> str:
        """What is shown where the mouse rests."""
        answer = self._ask("textDocument/hover", self._place(name, line, column))
        return str(answer["contents"]["value"]) if answer else ""

    def _place(self, name: str, line: int, column: int) -> Json:
        uri = (self.folder / name).as_uri()
        return {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}

    def _open(self, name: str) -> str:
        path = self.folder / name
        opened = {
            "uri": path.as_uri(),
            "languageId": "yaml",
            "version": 1,
            "text": path.read_text("utf-8"),
        }
        self._tell("textDocument/didOpen", {"textDocument": opened})
        return path.as_uri()

    def _ask(self, method: str, about: Json) -> Any:  # of every shape
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": about})
        return self._hear(self._asked)

    def _tell(self, method: str, about: Json) -> None:
        self._send({"method": method, "params": about})

    def _send(self, message: Json) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._server.stdin
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._server.stdin.flush()

    def _hear(self, wanted: int | None) -> Any:  # of every shape
        """Read messages up to the wanted answer, or one message; answer what the server asks."""
        while True:
            message = self._next()
            if "method" not in message:
                if message["id"] == wanted:
                    return message["result"]
                continue
            if message["method"] == "textDocument/publishDiagnostics":
                about = message["params"]
                self._said[about["uri"]] = about["diagnostics"]
            elif "id" in message:
                self._send({"id": message["id"], "result": self._answer(message)})
            if wanted is None:
                return None

    def _answer(self, message: Json) -> object:
        if message["method"] != "workspace/configuration":
            return None
        return [self._settings.get(one["section"]) for one in message["params"]["items"]]

    def _next(self) -> Json:
        assert self._server.stdout
        length = 0
        while line := self._server.stdout.readline().strip():
            with suppress(ValueError):
                length = int(line.removeprefix(b"Content-Length: "))
        assert length, "the language server has ended"
        message: Json = json.loads(self._server.stdout.read(length))
        return message
