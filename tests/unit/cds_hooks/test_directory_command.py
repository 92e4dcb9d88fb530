"""``goodday directory``: taken in from files and addresses, shown, exported and published."""

import json
import ssl
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from cds_hooks.cli import run
from cds_hooks.directory.fetching import Asking, Limits, Unreachable
from cds_hooks.directory.shapes import Whose
from tests.certificates import a_certificate
from tests.directories import TODAY, Json

BY = "https://creativecommons.org/licenses/by/4.0/"
META = {"licence": BY, "attribution": [{"text": "From ALISS users", "url": ""}]}
Goodday = Callable[..., int]
Answer = tuple[int, dict[str, str], bytes]


def services(*names: str, **more: object) -> Json:
    listed: list[Json] = [
        {"id": name, "name": f"The {name} group", "organisation": {}} for name in names
    ]
    return {"meta": META, "count": len(listed), "next": None, "data": listed, **more}


@pytest.fixture
def goodday(tmp_path: Path) -> Goodday:
    def goodday(*words: object) -> int:
        return run(["directory", *map(str, words), "--data", str(tmp_path / "store")])

    return goodday


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "aliss.json"
    path.write_text(json.dumps(services("walking", "singing")))
    return path


def test_from_a_file_to_a_published_entry_and_out_again(
    goodday: Goodday, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert goodday("import", file) == 0
    assert "2 new, 0 changed" in capsys.readouterr().out
    assert goodday("export") == 0
    assert json.loads(capsys.readouterr().out)["data"] == []
    assert goodday("publish", "--all", "--by", "Jo") == 0
    assert goodday("publish", "--all", "--by", "jo") == 1
    assert (
        goodday("publish", "aliss:walking", "--by", "Sam", "--checked", "--theme", "Walking") == 0
    )
    capsys.readouterr()
    assert goodday("show") == 0
    said = capsys.readouterr().out
    assert "The walking group (aliss:walking)\n   published; last checked" in said
    assert "The singing group (aliss:singing)\n   approved once; approved by Jo; never" in said
    assert said.index("walking group") < said.index("singing group")  # the last checked first
    assert "aliss, CC BY 4.0: From ALISS users" in said
    out = tmp_path / "out.json"
    for shape, key in (("aliss", "data"), ("open-referral", "contents")):
        assert goodday("export", "--shape", shape, "--to", out) == 0
        (entry,) = json.loads(out.read_bytes())[key]
        assert entry["name"] == "The walking group"
        assert goodday("import", out) == 0  # and that is nothing new
        assert "0 new, 0 changed, 1 as known" in capsys.readouterr().out


def test_words_and_states_narrow_what_is_shown(
    goodday: Goodday, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    goodday("import", file)
    goodday("full", "aliss:walking")
    goodday("hide", "aliss:singing", "--gone")
    capsys.readouterr()
    goodday("show", "walking", "GROUP")
    assert "singing" not in capsys.readouterr().out
    goodday("show", "--state", "gone")
    assert "walking" not in capsys.readouterr().out
    goodday("show", "--state", "full")
    assert "suggested; full" in capsys.readouterr().out
    assert goodday("check", "aliss:walking") == 0
    goodday("show", "walking")
    assert "never checked" not in capsys.readouterr().out
    goodday("show", "nothing-like-it")
    assert "nothing of that" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("import", "nowhere.json"), 2, "no file called nowhere.json"),
        (("import", "ftp://walks.example/x"), 2, "no web address"),
        (("import", "https://user:pw@walks.example/"), 2, "no web address"),
        (("publish", "--by", "Jo"), 2, "ids of entries"),
        (("publish", "aliss:walkin", "--by", "Jo"), 1, "Did you mean aliss:walking"),
        (("publish", "aliss:walking", "--by", " "), 2, "--by"),
        (("full", "aliss:walking", "--waiting", "0"), 2, "1 to 104 weeks"),
        (("full", "other"), 1, "not in the directory"),
        (("hide", "other"), 1, "not in the directory"),
        (("check", "other"), 1, "not in the directory"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    goodday: Goodday,
    file: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    code: int,
    says: str,
) -> None:
    goodday("import", file)
    capsys.readouterr()
    assert goodday(*words) == code
    assert says in capsys.readouterr().err


def test_a_bad_entry_is_named_and_the_others_are_in(
    goodday: Goodday, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = services("walking", "singing")
    document["data"][0]["name"] = ""
    file.write_text(json.dumps(document))
    assert goodday("import", file) == 1
    said = capsys.readouterr().out
    assert "1 entry read" in said
    assert "1 entry set aside:\n   entry 1: It has no name." in said


def test_without_a_licence_nothing_is_taken_in(
    goodday: Goodday, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(json.dumps([{"id": "a", "name": "A", "status": "active"}]))
    assert goodday("import", file) == 2
    assert "--licence" in capsys.readouterr().err
    goodday("show")
    assert "nothing of that" in capsys.readouterr().out
    whose = ("--licence", "OGL", "--name", "My City", "--attribution", "From MyCity")
    assert goodday("import", file, *whose) == 0
    goodday("show")
    assert "my-city, OGL: From MyCity" in capsys.readouterr().out


# Over the web: a directory on this machine, that says what a test tells it to.


@dataclass
class Web:
    """What it answers by its path, and what it was asked."""

    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    asked: list[str] = field(default_factory=list[str])
    address: str = ""

    def says(self, path: str, document: object, status: int = 200, **headers: str) -> None:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.answers[path] = (status, headers, body)


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Generator[Web]:
    told = Web()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            status, headers, body = told.answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is written to the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        told.address = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield told
        server.shutdown()


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as told:
        yield told


def test_every_page_of_an_address_is_taken_in(
    goodday: Goodday, web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    web.says("/v5/services?q=walk", services("one", next=f"{web.address}/v5/services?page=2"))
    web.says("/v5/services?page=2", services("two", next="/v5/services?page=3"))
    web.says("/v5/services?page=3", services("three"))
    assert goodday("import", f"{web.address}/v5/services?q=walk") == 0
    said = capsys.readouterr().out
    assert "3 entries read" in said
    assert "without encryption" in said


@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
def test_a_directory_has_to_prove_its_name_however_its_address_is_written(
    tmp_path: Path, scheme: str
) -> None:
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(a_certificate(tmp_path, "walks.example"))
    with serving(own) as web:
        web.says("/a", services("x"))
        address = web.address.replace("https", scheme)
        asked = Asking(f"{address}/a", Whose(), TODAY)
        with closing(asked), pytest.raises(Unreachable, match="cannot be reached"):
            asked.page()
        assert web.asked == []


def test_that_nothing_was_encrypted_is_said_however_its_address_is_written(
    goodday: Goodday, web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    web.says("/a", services("one"))
    assert goodday("import", f"{web.address.replace('http', 'HTTP')}/a") == 0
    assert "without encryption" in capsys.readouterr().out


def test_pages_by_number_and_services_by_themselves(
    goodday: Goodday, web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    def page(number: int) -> Json:
        one = {"id": f"s{number}", "name": f"S{number}", "status": "active"}
        return {"contents": [one], "page_number": number, "total_pages": 2}

    web.says("/o/services", page(1))
    web.says("/o/services?page=2", page(2))
    full = {"id": "s1", "name": "S1", "status": "active", "fees_description": "Free"}
    web.says("/o/services/s1", full)
    assert goodday("import", f"{web.address}/o/services", "--licence", "OGL", "--each") == 0
    said = capsys.readouterr().out
    assert "2 entries read" in said
    assert "S2: It is in as the list has it: It answers with 404 and no directory." in said
    goodday("export", "--all", "--shape", "open-referral")
    assert '"fees_description": "Free"' in capsys.readouterr().out


def page_of(web: Web, limits: Limits) -> None:
    with closing(Asking(f"{web.address}/a", Whose(), TODAY, limits)) as asking:
        while asking.has_more:
            asking.page()


NO_HEADERS: dict[str, str] = {}


@pytest.mark.parametrize(
    ("path", "answer", "says"),
    [
        ("/a", (302, {"location": "http://other.example/a"}, b""), "another host"),
        ("/a", (302, {"location": "/a"}, b""), "again and again"),
        ("/a", (302, {"location": "file:///etc/passwd"}, b""), "no web address"),
        ("/a", (302, NO_HEADERS, b""), "again and again"),
        ("/a", (500, NO_HEADERS, b""), "answers with 500"),
        ("/a", (200, {"content-encoding": "gzip"}, b"x"), "packed"),
        ("/a", (200, NO_HEADERS, b" " * 3_000), "more than any directory"),
        ("/a", (200, {"content-length": "50"}, b"{"), "broke off"),
        ("/a", (200, NO_HEADERS, b'{"data": [], "next": "http://other.example/"}'), "next page"),
    ],
)  # fmt: skip
def test_what_an_address_may_not_do_ends_the_import(
    web: Web, path: str, answer: tuple[int, dict[str, str], bytes], says: str
) -> None:
    web.answers[path] = answer
    with pytest.raises(Unreachable, match=says):
        page_of(web, Limits(bytes_of_all=2_000, seconds_for_one=2))
    assert len(web.asked) <= 4


def test_pages_without_an_end_end(web: Web) -> None:
    web.says("/a", services("x", next="/a?page=2"))
    for number in range(2, 30):
        web.says(f"/a?page={number}", services("x", next=f"/a?page={number + 1}"))
    with pytest.raises(Unreachable, match="more than 5 pages"):
        page_of(web, Limits(answers=5))
    web.asked.clear()
    web.says("/a?page=3", services("x", next="/a"))
    page_of(web, Limits())
    assert web.asked == ["/a", "/a?page=2", "/a?page=3"]


def test_too_long_is_too_long(web: Web) -> None:
    web.says("/a", services("x"))
    with pytest.raises(Unreachable, match="too long"):
        page_of(web, Limits(seconds_for_all=0))


def test_an_import_that_ends_midway_changes_nothing(
    goodday: Goodday, web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    web.says("/a", services("x", next="/a?page=2"))
    web.says("/a?page=2", b"<html>")
    assert goodday("import", f"{web.address}/a") == 2
    assert "Nothing was changed" in capsys.readouterr().err
    goodday("show")
    assert "nothing of that" in capsys.readouterr().out
