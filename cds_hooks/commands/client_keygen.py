"""``goodday client keygen``: a key pair for a client, and the lines that register it."""

import os
from pathlib import Path

import msgspec

from cds_hooks.clients.keys import Algorithm
from cds_hooks.clients.listed import is_client_name
from cds_hooks.clients.making import new_pair
from cds_hooks.commands import COULD_NOT_RUN, FINE, say


def keygen(name: str, folder: Path, algorithm: Algorithm) -> int:
    """Write the private key for its owner alone, the public JWK Set, and print the lines."""
    if not is_client_name(name):
        say.sorry(
            "The name of a client is in small letters, digits and hyphens, begins with a letter,"
            " has 40 of them at most, and no long number."
        )
        return COULD_NOT_RUN
    private, public = folder / f"{name}.private.json", folder / f"{name}.jwks.json"
    pair = new_pair(algorithm)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(private, pair.private, 0o600)
        _write(public, pair.public_set, 0o644)
    except FileExistsError:
        say.sorry(
            f"There is a key of {name} in {folder} already. Choose another --name, or another"
            " folder with --to."
        )
        return COULD_NOT_RUN
    except OSError:
        say.sorry(f"The folder {folder} cannot be written to. Name another with --to.")
        return COULD_NOT_RUN
    say.line(f"# {private.name} signs the client's tokens: it stays with the client.")
    say.line(f"# {public.name} goes beside clients.toml, and these lines into it, under")
    say.line('# public_url = "https://..." (the address that clients call us by):')
    say.line()
    say.line("[[client]]")
    say.line(f'name = "{name}"')
    say.line(f'issuer = "https://{name}.example"  # the "iss" of its tokens: put in its own')
    say.line(f'algorithms = ["{algorithm}"]')
    say.line(f'keys = "{public.name}"')
    return FINE


def _write(path: Path, value: object, mode: int) -> None:
    """Write a new file, never over another, and readable by whom it is for from the start."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(value)) + b"\n")
