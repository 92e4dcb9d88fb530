"""``goodday store``: which store is meant, and its verbs."""

import argparse
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, say
from cds_hooks.commands.place import place_of
from cds_hooks.commands.store_backup import backup
from cds_hooks.commands.store_erase import erase
from cds_hooks.commands.store_export import export
from cds_hooks.commands.store_restore import restore
from cds_hooks.commands.store_said import reply, said
from cds_hooks.commands.store_to_code import to_code
from cds_hooks.commands.store_upgrade import upgrade
from cds_hooks.commands.store_verify import verify
from cds_hooks.settings import SettingsError, from_environment
from cds_hooks.store.answers import kept_as
from cds_hooks.store.opening import Place
from cds_hooks.store.tables import StoreError


def run_verb(options: argparse.Namespace) -> int:
    """Do one verb on the store that is meant. Whatever keeps it from it gets one sentence."""
    try:
        settings = from_environment(data=options.data, store=options.store)
        return VERBS[options.store_verb](place_of(settings), options, clock.now())
    except (SettingsError, StoreError) as error:
        say.sorry(str(error))
        return COULD_NOT_RUN


def _to(place: Place, options: argparse.Namespace) -> Path:
    to: Path | None = options.to
    return to or place.folder / "backups"


def _person(options: argparse.Namespace) -> str:
    return kept_as(options.person.removeprefix("Patient/"), options.client)


_Verb = Callable[[Place, argparse.Namespace, datetime], int]
VERBS: Mapping[str, _Verb] = {
    "upgrade": lambda place, options, now: upgrade(place, _to(place, options), now),
    "backup": lambda place, options, now: backup(place, _to(place, options), now, options.keep),
    "restore": lambda place, options, now: restore(place, options.backup, now, yes=options.yes),
    "verify": lambda place, options, now: verify(place, options.backup, now),
    "export": lambda place, options, now: export(
        place, _person(options), options.to, now, with_comments=options.with_comments
    ),
    "said": lambda place, options, now: said(place, now),
    "to-code": lambda place, options, now: to_code(place, now),
    "reply": lambda place, options, now: reply(place, options.rule, options.says, now),
    "erase": lambda place, options, now: erase(
        place, _person(options), now, also_the_no=options.also_the_no, yes=options.yes
    ),
}
