"""The folder apart from the database, in which what was signed and stamped lies: files that are written once."""

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path


def file_of(folder: Path, day: date) -> Path:
    """Where a signed day lies."""
    return folder / f"{day.isoformat()}.json"


def file_of_stamp(folder: Path, day: date) -> Path:
    """Where the stamp of a day lies, as programs for stamps read it."""
    return folder / f"{day.isoformat()}.tsr"


def write_once(file: Path, content: bytes) -> None:
    """The file is there, whole; one that is there stays as it is."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, unfinished = tempfile.mkstemp(dir=file.parent, prefix=".")
    try:
        with os.fdopen(descriptor, "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        Path(unfinished).chmod(0o644)
        file.hardlink_to(unfinished)
    except FileExistsError:
        pass
    finally:
        Path(unfinished).unlink()
