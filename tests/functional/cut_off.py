"""Serves a practice and calls it where there is no network but this machine's own address.

Run by ``test_cut_off.py`` in a network namespace of its own: ``python -m tests.functional.cut_off
<folder> <practice>``. Prints as JSON what was answered, and what the kernel counted meanwhile.
"""

import fcntl
import json
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

from tests.fhir_builders import margaret
from tests.served import VIEW, a_call, prefetch_of, serving

_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1  # SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP
_NOWHERE = ("192.0.2.1", 80)  # an address for examples, which nobody has (RFC 5737)


def bring_up_loopback() -> None:
    """A new namespace has the interface, but down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack_from("h", fcntl.ioctl(any_socket, _GET_FLAGS, asked), 16)
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


def attempts() -> int:
    """What was sent where no way leads, and any question for the address of a name."""
    found = 0
    lines = [line.split() for line in Path("/proc/net/snmp").read_text("ascii").splitlines()]
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        counted = dict(zip(names, values, strict=True))
        found += int(counted.get("OutNoRoutes", 0))
        found += int(counted["OutDatagrams"]) if names[0] == "Udp:" else 0
    for line in Path("/proc/net/snmp6").read_text("ascii").splitlines():
        name, value = line.split()
        found += int(value) if name in ("Ip6OutNoRoutes", "Udp6OutDatagrams") else 0
    return found


def main(folder: Path, practice: Path) -> None:
    """Serve, ask for the services, call, and print what came."""
    bring_up_loopback()
    with serving(folder, practice) as running:
        services = running.send("GET", "/cds-services").body["services"]
        (view,) = [one for one in services if one["hook"] == VIEW]
        call = a_call(prefetch_of(view["prefetch"], margaret()))
        answer = running.post(f"/cds-services/{view['id']}", call)
        ready = running.send("GET", "/health/ready").status
        stopped = running.stop()
    tried = attempts()
    with suppress(OSError), socket.create_connection(_NOWHERE, 1):
        pass
    told = {
        "services": len(services),
        "status": answer.status,
        "cards": len(answer.body["cards"]),
        "ready": ready,
        "stopped": stopped,
        "attempts": tried,
        "and with one of ours": attempts(),
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
