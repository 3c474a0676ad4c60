"""Under which licence each package is that we ship or develop with, and which we take: what asks no more of those who
run Kaifang than to keep a notice. Every other one is named here with the reason why it is taken all the same.

`python -m deploy.supply.licences` says what is not allowed, exit 1 then (`make licences`; it needs no network).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, metadata
from typing import NamedTuple

from license_expression import ExpressionError, ParseError, get_spdx_licensing

from deploy.supply.lock import DEVELOPS, RUNS, Pinned, read_lock

SPDX = get_spdx_licensing()
ALLOWED = frozenset(
    (
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "PSF-2.0",
        "Zlib",
    )
)
"""By their names in SPDX."""
CLASSIFIED = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "License :: OSI Approved :: Python Software Foundation License": "PSF-2.0",
}
STATED = {
    # Their metadata name none that SPDX knows; each was read in the file that comes with the package.
    "axe-playwright-python": "MIT",
    "bagit": "CC0-1.0",
    "pylopdf-fonts-zh-cn": "OFL-1.1",
    "owlrl": "W3C-20150513",
    "protobuf": "BSD-3-Clause",
    # Not on this machine: as the registry has it.
    "colorama": "BSD-3-Clause",
    "httpx2-jsfetch": "BSD-3-Clause",
}


class Taken(NamedTuple):
    """A licence outside the list, and why its package is taken."""

    licence: str
    reason: str


TAKEN = {
    "certifi": Taken("MPL-2.0", "a list of certificates; we change no file of it, which is all that MPL asks about"),
    "pylopdf-fonts-zh-cn": Taken("OFL-1.1", "fonts that papers are set in; OFL lets documents carry them"),
    "hypothesis": Taken("MPL-2.0", "tests only; unchanged"),
    "lunardate": Taken("GPL-3.0-or-later", "tests only: compares the notices' lunar days; nothing of it is shipped"),
    "owlrl": Taken("W3C-20150513", "tests only; asks to keep a notice"),
    "pathspec": Taken("MPL-2.0", "tools only; unchanged"),
    "psycopg": Taken("LGPL-3.0-only", "benches only: DBOS, which stands beside ours, reaches PostgreSQL by it"),
    "psycopg-binary": Taken("LGPL-3.0-only", "benches only: as psycopg"),
}
"""By package. One that ships (requirements.lock) never has a licence that binds what we write ourselves."""


def licence_of(package: str) -> str | None:
    """The licence as SPDX names it; None where nobody says."""
    if package in STATED:
        return STATED[package]
    try:
        told = metadata(package)
    except PackageNotFoundError:
        return None
    classified = [CLASSIFIED[each] for each in told.get_all("Classifier") or () if each in CLASSIFIED]
    stated = {name: told[name] for name in ("License-Expression", "License") if name in told}
    for named in (stated.get("License-Expression"), " OR ".join(classified), stated.get("License")):
        if named and is_known(named):
            return named
    return None


def is_known(expression: str) -> bool:
    """Whether SPDX knows every name in it."""
    try:
        return not SPDX.unknown_license_keys(SPDX.parse(expression))
    except (ExpressionError, ParseError):
        return False


def is_allowed(expression: str) -> bool:
    """Whether it can be kept by keeping licences of the list alone."""
    kept = SPDX.parse(expression).subs({SPDX.parse(each): SPDX.TRUE for each in ALLOWED})
    return bool(kept.simplify() == SPDX.TRUE)


def objections(pinned: Iterable[Pinned]) -> list[str]:
    """A sentence for each package that nothing here allows."""
    found = []
    for package in pinned:
        licence = licence_of(package.name)
        taken = TAKEN.get(package.name)
        if licence is None:
            found.append(f"{package.name} names no licence that SPDX knows: read it, and name it in STATED")
        elif taken and taken.licence == licence:
            continue
        elif not is_allowed(licence):
            found.append(f"{package.name} is under {licence}, which is not on the list")
    return found


def main() -> int:
    found = objections([*read_lock(DEVELOPS), *read_lock(RUNS)])
    for sentence in dict.fromkeys(found):
        print(sentence, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
