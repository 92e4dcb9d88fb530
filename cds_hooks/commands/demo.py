"""``goodday demo``: the service with an EHR in a box, on invented people, at one address."""

from importlib.resources import as_file, files
from pathlib import Path

import httpx2

from cds_hooks import clock, logs
from cds_hooks.app import create_app
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.serve import listen, looking_at, run
from cds_hooks.demo.ehr import Ehr
from cds_hooks.demo.pages import add_demo
from cds_hooks.live import Live, in_force
from cds_hooks.pausing import Pausing
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.tables import StoreError
from cds_hooks.tally import Tally
from cds_hooks.traffic import Traffic
from cds_hooks.watching import Watching
from rules.load import load_library

HOST = "127.0.0.1"
# A browser on this machine may call the demo from any port: that is what integrators do first.
LOCAL_ORIGINS = r"http://(localhost|127\.0\.0\.1)(:\d{1,5})?"


def demo(port: int, data: Path) -> int:
    """Run the demo until Ctrl-C. Whatever keeps it from starting gets one plain sentence."""
    with as_file(files("cds_hooks.demo").joinpath("practice")) as practice:
        loaded = load_library(practice)
    if say.stopped(loaded):
        return PROBLEMS
    listening = listen(HOST, port)
    if listening is None:
        return COULD_NOT_RUN
    address = f"http://{HOST}:{listening.getsockname()[1]}"
    settings = Settings(data=data, public_url=address)
    try:
        answers = Answers(data)
        looking = looking_at(settings, answers, address)
    except StoreError as error:
        listening.close()
        say.sorry(str(error))
        return COULD_NOT_RUN
    client = httpx2.AsyncClient(base_url=address, timeout=10, trust_env=False)
    try:
        ehr = Ehr(data, client, clock.now)
    except OSError:
        listening.close()
        say.sorry(f"The data folder {data} cannot be written to. Name another with --data.")
        return COULD_NOT_RUN
    traffic = Traffic()
    live = Live(in_force(loaded.library, clock.now(), stories=loaded.stories))
    pausing, tally = Pausing(answers, live), Tally()
    watching = Watching(answers, live, tally, clock.now, pausing.look)
    app = create_app(
        settings,
        live,
        answers,
        origin_pattern=LOCAL_ORIGINS,
        traffic=traffic,
        looking=looking,
        tally=tally,
    )
    add_demo(app, ehr)
    logs.to_stderr()
    logs.event("open", reason="no-sign-in")
    pausing.start()
    watching.start()
    run(app, listening, f"{address}/demo", traffic)
    watching.stop()
    pausing.stop()
    return FINE
