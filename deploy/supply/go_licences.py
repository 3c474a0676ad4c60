"""Under which licence each Go module is that the engine of the tests, and what checks the chart, are made of: the files
`LICENCES` beside their `go.mod`.

`python -m deploy.supply.go_licences` writes the files anew from what the built programs say they are made of and the
licence files of these modules (after `make cluster-test` and `make chart` have built them). Nothing of it is shipped:
production runs images.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from deploy.cluster import programs
from deploy.supply.licences import is_allowed

ENGINE, CHART = programs.SOURCE, Path(__file__).parents[1] / "helm" / "check"
"""The folders with a `go.mod`."""
LICENCE_FILE = re.compile(r"(?i)^(licen[cs]e|copying)(\.\w+)?$")
PHRASES = (
    ("MPL-2.0", "Mozilla Public License"),
    ("Apache-2.0", "Apache License"),
    ("MIT", "Permission is hereby granted, free of charge"),
    ("ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose"),
    ("ISC", "Permission to use, copy, modify, and distribute this software for any purpose"),
    ("BSD-3-Clause", "endorse or promote products derived from"),
    ("BSD-2-Clause", "Redistributions in binary form must reproduce"),
    ("CC0-1.0", "CC0 1.0 Universal"),
)
"""What each licence says and none before it in this list does. A file of several is under all of them."""
BINDS = re.compile(r"GENERAL PUBLIC LICENSE|Server Side Public License|Business Source License", re.IGNORECASE)
READ = {
    # A folder of a repository whose licence lies above it.
    "cactus/go-statsd-client/statsd": "MIT",
    # Its repository has none either: options of one page for generated code, by authors of the engine.
    "nexus-rpc/nexus-proto-annotations": "NONE",
}
"""What stands in no file beside the sources; `NONE` is SPDX's word for a package that names no licence."""
TAKEN = {"MPL-2.0": "tests only; unchanged", "NONE": "tests only; the engine itself wants it"}
"""What is outside the list of what ships, and why it is taken."""


class Module(NamedTuple):
    """A module of which something is in a program, by its path in `go.mod`."""

    path: str
    version: str

    @property
    def listed(self) -> Listed:
        """As the file of licences has it."""
        return Listed(self.path.partition("/")[2] or self.path, self.version)


class Listed(NamedTuple):
    """A module in a file of licences: its path without the host, where `go.mod` alone says it is found."""

    name: str
    version: str


def built_of(program: Path, go: Path) -> Iterator[Module]:
    """The modules of a program, as the compiler has written them into it."""
    said = subprocess.run([go, "version", "-m", program], capture_output=True, text=True, check=True).stdout
    for line in said.splitlines():
        fields = line.split("\t")
        if fields[1:2] == ["dep"]:
            yield Module(fields[2], fields[3])


def licence_in(text: str) -> str | None:
    """The licences that a text has, by their names in SPDX; None where it is of none that is known or of one that binds
    what others write."""
    plain = " ".join(text.split())
    found = [name for name, phrase in PHRASES if phrase.lower() in plain.lower()]
    if "BSD-3-Clause" in found and "BSD-2-Clause" in found:
        found.remove("BSD-2-Clause")
    bound = BINDS.search(plain) and "MPL-2.0" not in found  # which names them as those that it may be combined with
    return None if bound or not found else " AND ".join(dict.fromkeys(found))


def licence_of(module: Module, kept: Path) -> str | None:
    """What the files beside a module's sources say."""
    folder = kept / re.sub("[A-Z]", lambda found: f"!{found[0].lower()}", f"{module.path}@{module.version}")
    files = sorted(each for each in folder.iterdir() if LICENCE_FILE.fullmatch(each.name))
    return licence_in(files[0].read_text(errors="replace")) if files else READ.get(module.listed.name)


def listed(source: Path) -> Mapping[Listed, str]:
    """The modules of the folder's file and their licences."""
    text = (source / "LICENCES").read_text()
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return {Listed(name, version): " ".join(licence) for name, version, *licence in lines}


def required(source: Path) -> set[Listed]:
    """The modules that the folder's `go.mod` pins."""
    pinned = re.findall(r"^(?:require)?\s+(\S+) (v\S+)", (source / "go.mod").read_text(), re.MULTILINE)
    return {Module(path, version).listed for path, version in pinned}


def objections(source: Path) -> list[str]:
    """A sentence for each module whose licence is not taken, and for each that `go.mod` does not pin as listed."""
    found = [f"{name} {version} is not what go.mod pins" for name, version in listed(source).keys() - required(source)]
    for module, licence in listed(source).items():
        left = " AND ".join(each for each in licence.split(" AND ") if each not in TAKEN)
        if left and not is_allowed(left):
            found.append(f"{module.name} is under {licence}, which is not on the list")
    return sorted(found)


def written(source: Path, built: Iterable[Path], kept: Path, go: Path) -> list[str]:
    """The folder's file is written anew from its programs and the sources of their modules; what is to be objected to,
    and what nobody has read yet, which leaves the file as it is."""
    modules = {each for program in built for each in built_of(program, go)}
    found = {each: licence_of(each, kept) for each in sorted(modules)}
    unknown = [each.path for each, licence in found.items() if licence is None]
    if unknown:
        return [f"read their licences, and name them in READ: {', '.join(unknown)}"]
    lines = sorted(f"{each.listed.name} {each.version} {licence}" for each, licence in found.items())
    (source / "LICENCES").write_text("\n".join(["# Written by `python -m deploy.supply.go_licences`.", *lines]) + "\n")
    return objections(source)


def main() -> int:
    built, go, chart = programs.kept(), programs.go(), Path(sys.executable).parent / "chart-check"
    if built is None or go is None or not chart.exists():
        print("the programs are not built, or there is no Go: make cluster-test chart", file=sys.stderr)
        return programs.NO_GO
    engine = [built.program(name) for name in programs.PROGRAMS]
    asked = subprocess.run([go, "env", "GOMODCACHE"], capture_output=True, text=True, check=True).stdout.strip()
    sentences = [
        *written(ENGINE, engine, programs.cache() / "modules", go),
        *written(CHART, [chart], Path(asked), go),
    ]
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
