"""The ``goodday`` command."""

import sys
import traceback
from importlib.util import find_spec
from pathlib import Path

from cds_hooks.cli import run
from cds_hooks.commands import COULD_NOT_RUN

_HOME = Path(__file__).resolve().parent.parent


def main() -> None:
    """Run the command line and leave with its exit code."""
    for name in ("rules", "prompts", "fhir_adapters"):  # everyday names, which others have too
        found = find_spec(name)
        where = Path(found.origin or name) if found is not None else Path(name)
        if where.resolve().parent.parent != _HOME:
            sys.stderr.write(
                f'The package "{name}" found at {where.parent} is not ours:'
                " install goodday in an environment of its own.\n"
            )
            sys.exit(COULD_NOT_RUN)
    try:
        code = run(sys.argv[1:])
    except Exception:  # Python would end with 1, which says that something was found
        traceback.print_exc()
        code = COULD_NOT_RUN
    sys.exit(code)


if __name__ == "__main__":
    main()
