"""``goodday demo``: the service with an EHR in a box, on invented people, at one address."""

from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

import httpx2

from cds_hooks import clock, logs
from cds_hooks.access import Access
from cds_hooks.app import create_app
from cds_hooks.clock import Clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.serve import listen, run
from cds_hooks.demo import places
from cds_hooks.demo.behind import Behind
from cds_hooks.demo.box import Box, Start
from cds_hooks.demo.days import Days
from cds_hooks.demo.ehr import Ehr
from cds_hooks.demo.pages import demo_app
from cds_hooks.live import Live, in_force
from cds_hooks.looking import Looking
from cds_hooks.pausing import Pausing
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.audit import Audit
from cds_hooks.store.directory import Directory
from cds_hooks.store.opening import Place
from cds_hooks.store.tables import StoreError
from cds_hooks.supporting import Supporting
from cds_hooks.tally import Tally
from cds_hooks.traffic import Traffic
from cds_hooks.watching import Watching
from rules.days import Duration
from rules.load import Loaded, load_library
from rules.rule import Library

HOST = "127.0.0.1"
_LOOKS_EVERY = 0.5  # seconds: somebody presses "A year later", and then looks
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
    traffic = Traffic()
    client = httpx2.AsyncClient(base_url=address, timeout=10, trust_env=False)
    beginning = Beginning(address, loaded, client, clock.now, traffic)
    try:
        box = Box(data, beginning.start)
    except StoreError as error:
        listening.close()
        say.sorry(str(error))
        return COULD_NOT_RUN
    except OSError:
        listening.close()
        say.sorry(f"The data folder {data} cannot be written to. Name another with --data.")
        return COULD_NOT_RUN
    logs.to_stderr()
    logs.event("open", reason="no-sign-in")
    run(demo_app(box), listening, f"{address}/demo", traffic)
    return FINE


def _looked_at(library: Library, on: date) -> Library:
    """The library of a practice that looks at its rules again in time, every year.

    Nobody does in the demo, whose days go by five years at most: after one of them all would rest.
    """
    again = Duration(6, "year").after(on)
    rules = (replace(one, care=replace(one.care, review_by=again)) for one in library.rules)
    return replace(library, rules=tuple(rules))


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is the same in every start of the demo; ``client`` calls the demo at its address."""

    address: str
    loaded: Loaded
    client: httpx2.AsyncClient
    clock: Clock  # the real one
    traffic: Traffic

    def start(self, folder: Path, number: int) -> Start:
        """Service, store, records and clock in a folder. Raises StoreError, OSError or NotOurs."""
        days = Days(folder, self.clock)
        ehr = Ehr(folder, self.client, days, number)
        # What the demo's own sign-in says is believed; nothing else gets to say it.
        settings = Settings(data=folder, public_url=self.address, proxies=(HOST,))
        answers = Answers(folder)
        audit = Audit(folder, answers.key.bytes_for("audit"))
        looking = Looking(Access(settings, answers.key), audit, self.address)
        library = _looked_at(self.loaded.library, days.began)
        live = Live(in_force(library, days(), stories=self.loaded.stories))
        pausing, tally = Pausing(answers, live), Tally()
        directory = Directory(Place(folder))
        places.fill(directory, days.began)
        supporting = Supporting(directory, live, days, _LOOKS_EVERY)
        watching = Watching(answers, live, tally, days, pausing.look)

        def stop() -> None:
            supporting.stop()
            watching.stop()
            pausing.stop()

        service = create_app(
            settings,
            live,
            answers,
            clock=days,
            origin_pattern=LOCAL_ORIGINS,
            traffic=self.traffic,
            looking=looking,
            tally=tally,
            stop=stop,
            supporting=supporting,
        )

        pausing.start()
        supporting.start()
        watching.start()
        return Start(service, ehr, Behind(answers, live, audit, days), days, stop)
