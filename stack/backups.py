"""PostgreSQL's base backups, the archive of its log, and the way back to an instant: for whoever runs a server, and for
the servers that we start ourselves (docs/decisions/0135).

The programs are PostgreSQL's own. They find the server by libpq's variables (`PGHOST`, `PGUSER`, `PGPASSWORD` …).
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from stack.service import ServiceError

NAMED = "base-%Y%m%dT%H%M%SZ"
"""A base backup by when it began, so that names are in the order of time."""
UNFINISHED = ".unfinished"
RECOVERED_BY = ("restore_command", "recovery_target_time", "recovery_target_action", "hot_standby")
"""What says up to where a server recovers."""
FORGET = tuple(f"alter system reset {name}" for name in RECOVERED_BY)
"""Run after it: a standby that copied these would make itself a primary there."""


def archiving(archive: Path) -> dict[str, str]:
    """The settings by which each finished part of the log is copied there: as a whole or not at all, on the disk before
    it counts, and once, for a new primary archives again what the old one did before it fell."""
    folder = shlex.quote(str(archive))
    unfinished = f"{folder}/%f{UNFINISHED}"
    copied = f"test ! -f {folder}/%f && cp %p {unfinished} && sync {unfinished} && mv {unfinished} {folder}/%f"
    return {
        "archive_mode": "on",
        "archive_command": f"cmp -s %p {folder}/%f || ({copied})",
        "archive_timeout": "60",
    }


def back_up(into: Path, programs: Path | None = None) -> Path:
    """A base backup while everybody works, checked against its own manifest; where it lies. Raises ServiceError, and
    leaves nothing that could be taken for a backup."""
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = into / datetime.fromtimestamp(time.time(), UTC).strftime(NAMED)
    unfinished = made.with_name(made.name + UNFINISHED)
    try:
        run(programs, "pg_basebackup", "--pgdata", unfinished, "--checkpoint=fast", "--no-password")
        run(programs, "pg_verifybackup", "--quiet", unfinished)
        unfinished.rename(made)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return made


def set_back(base: Path, data: Path, archive: Path, until: datetime | str | None, programs: Path | None = None) -> None:
    """A folder of data that a server starts from and in which everything is as it was at that instant; None: as far as
    the archive goes. Raises ServiceError where the backup is not whole, or something lies there already."""
    if data.exists() and any(data.iterdir()):
        raise ServiceError(f"{data} is not empty: what is there is kept")
    run(programs, "pg_verifybackup", "--quiet", base)
    shutil.copytree(base, data, dirs_exist_ok=True)
    prepare_to_recover(data, archive, until)
    data.chmod(0o700)
    if os.geteuid() == 0:
        owner = base.stat()
        for path in [data, *data.rglob("*")]:
            os.chown(path, owner.st_uid, owner.st_gid)


def prepare_to_recover(data: Path, archive: Path, until: datetime | str | None) -> None:
    """A server that starts from this folder reads the archive up to the instant, and lets nobody in before it takes
    writes."""
    configure(
        data,
        {
            "restore_command": from_archive(archive),
            "recovery_target_action": "promote",
            "hot_standby": "off",
            **({"recovery_target_time": str(until)} if until else {}),
        },
    )
    (data / "recovery.signal").touch()


def from_archive(archive: Path) -> str:
    """The command by which a part of the log is fetched."""
    return f"cp {shlex.quote(str(archive))}/%f %p"


def configure(data: Path, settings: Mapping[str, str]) -> None:
    """The last word on a setting counts."""
    with (data / "postgresql.auto.conf").open("a") as file:
        file.writelines("{} = '{}'\n".format(name, value.replace("'", "''")) for name, value in settings.items())


def prune(into: Path, archive: Path, keep: int, programs: Path | None = None) -> list[Path]:
    """Only so many base backups are left, the latest, and of the archive what they need; which are gone. Raises
    ServiceError."""
    bases = sorted(path for path in into.glob("base-*") if not path.name.endswith(UNFINISHED))
    gone, left = bases[:-keep], bases[-keep:]
    if not left:
        return []
    run(programs, "pg_archivecleanup", archive, _begins_with(left[0]))
    for each in gone:
        shutil.rmtree(each)
    return gone


def _begins_with(base: Path) -> str:
    """The first part of the log that a base backup needs."""
    for line in (base / "backup_label").read_text().splitlines():
        if line.startswith("START WAL LOCATION"):
            return line.rpartition("file ")[2].rstrip(")")
    raise ServiceError(f"{base} has no label of a backup")


def run(programs: Path | None, program: str, *arguments: str | Path) -> None:
    """Runs one of PostgreSQL's programs, of that folder or of the path. Raises ServiceError with its last line."""
    found = shutil.which(program, path=str(programs) if programs else None)
    if found is None:
        raise ServiceError(f"{program} is not there: name the folder of PostgreSQL's programs by --programs")
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        last: Sequence[str] = done.stderr.strip().splitlines()[-1:]
        raise ServiceError(f"{program} failed (exit {done.returncode}): {' '.join(last)}")
