"""The programs of the engine as production has them, built once from `deploy/temporal/` and kept outside the tree.

`python -m deploy.cluster.programs` builds them, or says that they are there; `… go.mod previous.mod` those of the
version before as well. They lie in the user's cache, in a folder whose name is the digest of all that they are made of;
the Go modules and what the compiler keeps lie beside it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stack.service import ServiceError

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "deploy" / "temporal"
NOW, BEFORE = "go.mod", "previous.mod"
"""The version that production runs, and the one from which it was upgraded: what is ours is the same in both."""
PROGRAMS = {"temporal-server": "server", "temporal-sql-tool": "sqltool", "balancer": "balancer"}
"""What each is called, and which folder of the module it is made of."""
FLAGS = ("-trimpath", "-ldflags=-s -w")
NO_GO = 69
USUAL_PLACES = (Path("/usr/local/go/bin"), Path("/usr/lib/go/bin"))


class GoIsMissing(ServiceError):
    """The programs are not built yet, and nothing here could build them. The message is one line."""


@dataclass(frozen=True)
class Programs:
    """The folder of the programs, all of which are there."""

    folder: Path

    def program(self, name: str) -> Path:
        return self.folder / name


def cache() -> Path:
    """Where the programs and what they are built with are kept for every checkout of this user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kaifang" / "temporal"


def version(module: str = NOW) -> str:
    """Which version of the server the module names."""
    found = re.search(r"go\.temporal\.io/server v(\S+)", (SOURCE / module).read_text())
    assert found, f"{module} names the server"
    return found[1]


def kept(module: str = NOW) -> Programs | None:
    """The programs, if they have been built from what stands in the tree."""
    programs = Programs(_place(module))
    return programs if all(programs.program(name).is_file() for name in PROGRAMS) else None


def go() -> Path | None:
    """The Go command of this machine, if its version is the one that the module asks for or a later one."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *(str(place) for place in USUAL_PLACES)])
    found = shutil.which("go", path=path)
    if found is None:
        return None
    said = subprocess.run([found, "version"], capture_output=True, text=True, check=False, env=_environment()).stdout
    has, wants = re.search(r"go(\d+(?:\.\d+)+)", said), re.search(r"(?m)^go (\S+)$", (SOURCE / "go.mod").read_text())
    assert wants, "go.mod says which Go it needs"
    return Path(found) if has and _numbers(has[1]) >= _numbers(wants[1]) else None


def built(module: str = NOW) -> Programs:
    """The programs, built now if that has not been done; waits while another process builds them.

    Raises GoIsMissing, or ServiceError, which names the log of a build that failed."""
    if programs := kept(module):
        return programs
    compiler = go()
    if compiler is None:
        wants = re.search(r"(?m)^go (\S+)$", (SOURCE / "go.mod").read_text())
        raise GoIsMissing(
            f"Temporal {version(module)} is not built yet, and there is no Go {wants and wants[1]} or later here"
        )
    with _alone():
        if programs := kept(module):
            return programs
        unfinished = cache() / f"{_place(module).name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        log = cache() / "build.log"
        with log.open("wb") as output:
            for name, folder in PROGRAMS.items():
                command = [
                    str(compiler),
                    "build",
                    f"-modfile={module}",
                    *FLAGS,
                    "-o",
                    str(unfinished / name),
                    f"./{folder}",
                ]
                done = subprocess.run(
                    ["nice", *command], cwd=SOURCE, env=_environment(), stdout=output, stderr=output, check=False
                )
                if done.returncode != 0:
                    raise ServiceError(f"{name} could not be built; the log: {log}")
        unfinished.rename(_place(module))
    return Programs(_place(module))


def _place(module: str = NOW) -> Path:
    """The folder is named by what decides of its content."""
    sources = [SOURCE / module, (SOURCE / module).with_suffix(".sum"), *sorted(SOURCE.glob("*/*.go"))]
    digest = hashlib.sha256("\0".join(FLAGS).encode())
    for file in sources:
        digest.update(f"{file.relative_to(SOURCE)}\0".encode() + file.read_bytes())
    return cache() / f"{version(module)}-{digest.hexdigest()[:16]}"


@contextmanager
def _alone() -> Iterator[None]:
    """Two copies of us do not build at once: the machine has memory for one."""
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _environment() -> dict[str, str]:
    """The caller's, but for its own Go caches, and with one compiler at a time: others work on this machine too."""
    return {
        **os.environ,
        "GOMODCACHE": str(cache() / "modules"),
        "GOCACHE": str(cache() / "compiled"),
        "GOFLAGS": "-p=1 -buildvcs=false -mod=readonly",
        "GOTOOLCHAIN": "local",
    }


def _numbers(written: str) -> tuple[int, ...]:
    return tuple(int(part) for part in written.split("."))


def main(*modules: str) -> int:
    """Builds what these modules name, or production's alone, and says where the programs are and how long it took;
    `NO_GO` is the status where nothing can build."""
    try:
        for module in modules or (NOW,):
            started = time.monotonic()
            programs = built(module)
            print(f"Temporal {version(module)}: {programs.folder} ({time.monotonic() - started:.0f} s)")
    except GoIsMissing as fact:
        print(f"{fact}", file=sys.stderr)
        return NO_GO
    except ServiceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
