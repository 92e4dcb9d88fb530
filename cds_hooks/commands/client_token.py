"""``goodday client token``: one token for one call, as a client would sign it."""

from pathlib import Path

from cds_hooks.clients.making import KeyFileError, new_token, read_pair
from cds_hooks.clock import now
from cds_hooks.commands import COULD_NOT_RUN, FINE, say


def token(key: Path, issuer: str, address: str, minutes: int) -> int:
    """Print the token, and nothing else."""
    try:
        pair = read_pair(key.read_bytes())
        text = new_token(pair, issuer, address, int(now().timestamp()), minutes)
    except OSError:
        say.sorry(f"The file {key} cannot be read. Name the private key with --key.")
        return COULD_NOT_RUN
    except KeyFileError as error:
        say.sorry(f"The file {key} {error}.")
        return COULD_NOT_RUN
    say.line(text)
    return FINE
