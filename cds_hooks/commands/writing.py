"""Writing a file whole or not at all: a reader never meets half of one."""

from pathlib import Path
from tempfile import NamedTemporaryFile


class CannotWrite(Exception):
    """A file could not be written. The message is one sentence that names the file."""


def write_whole(path: Path, text: str) -> None:
    """Write a text beside the file and put it in the file's place. Raises CannotWrite."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=".", delete=False
        ) as beside:
            unfinished = Path(beside.name)
            try:
                beside.write(text)
                beside.close()
                unfinished.chmod(0o644)
                unfinished.replace(path)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
    except OSError:
        raise CannotWrite(
            f"{path} cannot be written. Look at its permissions, or name another folder."
        ) from None
