"""Whatever anybody sends to the directory of local support stays text, on every page (T34)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from cds_hooks import refusals
from cds_hooks.access import Access
from cds_hooks.live import Live, in_force
from cds_hooks.local_support import Often, local_support_routes
from cds_hooks.refusals import Refusal
from cds_hooks.settings import Settings
from cds_hooks.store.directory import Directory
from cds_hooks.store.opening import Place
from cds_hooks.supporting import Supporting
from rules.support import NotAnEntry, Support, tidy
from tests.directories import TODAY, walks
from tests.fhir_builders import COPD_RULE
from tests.lengths import examples
from tests.served import NOW, a_store, piloting

# What is sent to forms of the web, by those who send such things, and pieces to make more of.
VECTORS = """
<script>alert(1)</script>
"><script>alert(1)</script>
'><img src=x onerror=alert(1)>
<svg/onload=alert(1)>
<a href="javascript:alert(1)">x</a>
javascript:alert(1)
data:text/html,<script>alert(1)</script>
" onmouseover="alert(1)
' autofocus onfocus='alert(1)
</textarea><script>alert(1)</script>
</title><script>alert(1)</script>
</code></section><h1>Closed
<!-- <img src="--><img src=x onerror=alert(1)//">
<style>@import 'https://evil.example'</style>
<iframe srcdoc="<script>alert(1)</script>">
<form action="https://evil.example"><input name=x>
<meta http-equiv=refresh content="0;url=https://evil.example">
<base href="https://evil.example">
{{ 7*7 }}{% for x in y %}
${7*7}<%= 7*7 %>
&lt;script&gt;alert(1)&lt;/script&gt;
&#60;script&#62;
%3Cscript%3E
\\u003cscript\\u003e
[x](javascript:alert(1)) ![x](https://evil.example/x.png)
'; DROP TABLE supports; --
"""
PIECES = [one for one in VECTORS.split("\n") if one]
payloads = st.one_of(
    st.sampled_from(PIECES),
    st.lists(st.sampled_from([*PIECES, "\x00", "\u202e", "\u2028", "\ufeff", "é", " "]), max_size=4)
    .map("".join),
    st.text(max_size=60),
    st.tuples(st.text("<>\"'&/=`\\ {}%", max_size=20), st.sampled_from(PIECES)).map("".join),
)  # fmt: skip
FIELDS = ("name", "about", "run_by", "where", "postcode", "days", "themes", "phone", "email", "url")
forms = st.fixed_dictionaries(
    {"name": payloads, "about": payloads},
    optional=dict.fromkeys((*FIELDS[2:], "languages", "cost", "peers", "other"), payloads),
)
SIGNED_IN = {
    "x-goodday-user": "Jo Brown",
    "x-goodday-role": "directory",
    "sec-fetch-site": "same-origin",
}


class Bones(HTMLParser):
    """The tags of a page with their attributes, and what those say."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[tuple[str, ...]] = set()
        self.said: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One tag: its name, and the names of its attributes."""
        self.tags |= {(tag,), *((tag, name) for name, _ in attrs)}
        self.said += [(name, value or "") for name, value in attrs]

    def handle_decl(self, decl: str) -> None:
        """A declaration: there is one."""
        self.tags.add((decl,))

    def handle_comment(self, data: str) -> None:
        """A comment: there is none."""
        self.tags.add(("comment", data))

    def handle_pi(self, data: str) -> None:
        """An instruction: there is none."""
        self.tags.add(("instruction", data))


@dataclass
class Pages:
    """The pages of local support without a limit to how often."""

    browser: TestClient
    directory: Directory
    supporting: Supporting
    known: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])

    def look(self, path: str = "") -> Bones:
        """A page of ours, on which nothing is that we did not write."""
        found = Bones(self.browser.get(f"/local-support{path}", headers=SIGNED_IN).text)
        self.check(found)
        return found

    def check(self, found: Bones) -> None:
        assert found.tags <= self.known, found.tags - self.known
        for name, value in found.said:
            assert not name.startswith("on")
            if name in ("href", "src", "action"):
                inside = value.startswith(("/local-support", "#")) or value == ""
                assert inside or value.startswith(("https://", "http://"))

    def clear(self) -> None:
        for one in self.directory.everything():
            self.directory.drop(one.latest.id)


@pytest.fixture(scope="module")
def here() -> Iterator[Pages]:
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        place = Place(Path(folder) / "store")
        answers = a_store(place.folder)
        live = Live(in_force(piloting(Path(folder) / "practice", COPD_RULE), NOW))
        directory = Directory(place)
        supporting = Supporting(directory, live)
        minutes = count(0, 60)
        access = Access(Settings(proxies=("192.0.2.7",)), answers.key)
        app = FastAPI(exception_handlers={Refusal: refusals.refused})
        app.include_router(
            local_support_routes(
                live, supporting, access, "", lambda: NOW, 5, Often(lambda: next(minutes))
            )
        )
        with TestClient(app, client=("192.0.2.7", 1)) as browser:
            pages = Pages(browser, directory, supporting)
            harmless(pages)
            yield pages
        directory.close()


def harmless(pages: Pages) -> None:
    """Every tag that a page has, with entries in which nothing is amiss."""
    full = walks(
        url="https://walks.example", phone="01475 123456", run_by="Steps", days="Saturdays"
    )
    changed = walks(name="Changed", url="https://other.example")
    pages.directory.take([(full, ""), (walks("b"), ""), (walks("c"), "")], TODAY)
    for by in ("Jo", "Sam"):
        pages.directory.publish(full.id, by, TODAY)
    pages.directory.publish(walks("b").id, "Jo Brown", TODAY)
    pages.directory.take([(changed, "")], TODAY)
    pages.directory.report(full.id)
    pages.supporting.look()
    found: list[Bones] = []
    for path in ("", "?words=nothing", "/suggest", "/publish", "/publish?words=walking"):
        found.append(Bones(pages.browser.get(f"/local-support{path}", headers=SIGNED_IN).text))
    for form in ({}, {"name": "A", "about": "B", "url": "no"}, {"name": "A", "about": "B"}):
        done = pages.browser.post("/local-support/suggest", data=form)
        found.append(Bones(done.text))
    for one in found:
        pages.known |= one.tags
    pages.clear()


@settings(max_examples=examples(30, 300))
@given(form=forms)
def test_what_anybody_sends_is_text_on_every_page_or_is_not_taken(
    here: Pages, form: dict[str, str]
) -> None:
    """``make soak`` sends many thousands."""
    before = here.supporting.directory.published()[1]
    done = here.browser.post("/local-support/suggest", data=form)
    assert done.status_code in (200, 400), done.text
    here.check(Bones(done.text))
    here.look("/publish")
    assert here.supporting.directory.published()[1] == before  # and nobody else is shown it
    here.clear()


@settings(max_examples=examples(20, 200))
@given(data=st.data())
def test_what_two_people_published_is_text_all_the_same(here: Pages, data: st.DataObject) -> None:
    given = {name: data.draw(payloads) for name in ("name", "about", "run_by", "days", "url")}
    try:
        entry, _ = tidy(walks("hostile", **given, areas=(given["about"],)), TODAY)
    except NotAnEntry:
        return
    publish(here, entry)
    page = here.look()
    here.look("/publish?words=hostile")
    links = [value for name, value in page.said if name == "href"]
    assert not entry.url or entry.url in links
    here.directory.put_away(entry.id, None, TODAY)


def publish(here: Pages, entry: Support) -> None:
    here.directory.take([(entry, "")], TODAY)
    for by in ("Jo", "Sam"):
        here.directory.publish(entry.id, by, TODAY)
    here.supporting.look()
    assert entry in [one.entry for one in here.directory.published()[1]]


@settings(max_examples=examples(20, 300))
@given(search=st.dictionaries(st.sampled_from(("words", "theme", "place", "language")), payloads))
def test_what_somebody_looks_for_is_text_on_the_page(here: Pages, search: dict[str, str]) -> None:
    for path in ("", "/publish"):
        found = here.browser.get(f"/local-support{path}", params=search, headers=SIGNED_IN)
        here.check(Bones(found.text))


@settings(max_examples=examples(20, 300))
@given(body=st.binary(max_size=300), kind=st.sampled_from(("suggest", "changed", "publish")))
def test_any_bytes_are_answered(here: Pages, body: bytes, kind: str) -> None:
    done = here.browser.post(f"/local-support/{kind}", content=body, headers=SIGNED_IN)
    assert done.status_code in (200, 400, 404, 409)
