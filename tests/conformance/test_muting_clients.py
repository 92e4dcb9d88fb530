"""A mute is for one record system: two of them may call two people by one name."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cds_hooks.access import Access
from cds_hooks.app import create_app
from cds_hooks.clients.callers import Clients
from cds_hooks.looking import Looking
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.audit import Audit
from rules.rule import Library
from tests.callers import PUBLIC_URL, Caller, a_pair, bearer, registered
from tests.fhir_builders import COPD_RULE, margaret
from tests.muting import GP, MUTE, OURS, PROXY, SIGNED_IN
from tests.served import NOW, VIEW, Reply, a_call, prefetch_of

CALL = f"/cds-services/good-day-{VIEW}"
US, OTHER = Caller(), Caller("other", "https://ehr.other.example", a_pair("other"))


@pytest.mark.parametrize("by_proxy", [False, True], ids=["by its link", "by a proxy"])
@pytest.mark.parametrize("tenants", [False, True], ids=["two clients", "two tenants"])
def test_whoever_has_the_same_name_with_another_still_sees_the_rule(
    tmp_path: Path, library: Library, tenants: bool, by_proxy: bool
) -> None:
    tables = [US.table(tenants=["A81001", "A81002"])] if tenants else [US.table(), OTHER.table()]
    path = registered(tmp_path, *tables)
    settings = Settings(data=tmp_path / "data", clients=path, proxies=(PROXY,))
    store = Answers(settings.data)
    audit = Audit(settings.data, store.key.bytes_for("audit"))
    app = create_app(
        settings,
        library,
        store,
        Clients.read(path, settings.data),
        clock=lambda: NOW,
        looking=Looking(Access(settings, store.key), audit, PUBLIC_URL),
    )
    with TestClient(app, client=(PROXY, 1)) as browser:

        def look(first: bool, person: str) -> Reply:
            caller = US if first or tenants else OTHER
            claims = {"tenant": "A81001" if first else "A81002"} if tenants else {}

            def signed(path: str) -> dict[str, str]:
                return bearer(caller.token(PUBLIC_URL + path, NOW, **claims))

            listed = browser.get("/cds-services", headers=signed("/cds-services")).json()
            (view,) = (one for one in listed["services"] if one["hook"] == VIEW)
            call = a_call(prefetch_of(view["prefetch"], margaret(person)), of=person)
            call["context"]["userId"] = GP
            return Reply(browser.post(CALL, json=call, headers=signed(CALL)))

        card = look(True, "p1").card
        (link,) = (one["url"] for one in card["links"] if one["label"] == "Why this?")
        path_of = str(link).removeprefix(PUBLIC_URL)
        if by_proxy:
            path_of = f"/why/cards/{card['uuid']}"
        sent = {**SIGNED_IN, **OURS} if by_proxy else {}
        assert browser.post(path_of, data=MUTE, headers=sent).status_code == 200
        assert look(True, "p2").decided(COPD_RULE) == "mute"
        assert look(False, "p2").decided(COPD_RULE) == "card"
