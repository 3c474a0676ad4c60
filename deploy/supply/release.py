"""A release: wheel, source, bill of materials, their checksums, and a signature over these (docs/releasing.md).

`python -m deploy.supply.release build FOLDER` with the key in KAIFANG_RELEASE_KEY (`make release`), and
`python -m deploy.supply.release verify FOLDER PUBLIC.pem` for whoever got one.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from deploy.supply.lock import ROOT
from deploy.supply.sbom import bill_of_materials

SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"
KEY = "KAIFANG_RELEASE_KEY"


class NotReleased(Exception):
    """The release cannot be made, or is not what was signed; the message says why."""


def build(source: Path, folder: Path, at: int) -> None:
    """Wheel and source distribution of that tree, as of that second of Unix: the same tree makes the same bytes."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--target", "sdist", "--directory", folder],
        cwd=source,
        env={"PATH": os.defpath, "SOURCE_DATE_EPOCH": str(at)},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def release(folder: Path, at: int, key: Ed25519PrivateKey) -> None:
    """Everything of a release lies in the folder, which was empty. Raises NotReleased."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise NotReleased(f"{folder} is not empty")
    build(ROOT, folder, at)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    (folder / f"kaifang-{version}.cdx.json").write_text(bill_of_materials(version, at), "utf-8")
    (folder / SUMS).write_text(sums(folder), "utf-8")
    (folder / SIGNATURE).write_bytes(key.sign((folder / SUMS).read_bytes()))


def verify(folder: Path, key: Ed25519PublicKey) -> None:
    """Returns where the folder holds what was signed by that key, and nothing else. Raises NotReleased."""
    try:
        key.verify((folder / SIGNATURE).read_bytes(), (folder / SUMS).read_bytes())
    except InvalidSignature:
        raise NotReleased(f"{SUMS} is not signed by this key") from None
    except OSError as fault:
        raise NotReleased(str(fault)) from None
    if (folder / SUMS).read_text("utf-8") != sums(folder):
        raise NotReleased(f"the files are not those of {SUMS}")


def sums(folder: Path) -> str:
    """The checksums of the files, as `sha256sum` writes them."""
    files = sorted(each for each in folder.iterdir() if each.name not in (SUMS, SIGNATURE))
    return "".join(f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in files)


def committed_at() -> int:
    """The second of the commit that is released. Raises NotReleased where anything in the tree is not committed."""
    if _git("status", "--porcelain"):
        raise NotReleased("something in the tree is not committed")
    return int(_git("log", "-1", "--format=%ct"))


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout.strip()


def signing_key() -> Ed25519PrivateKey:
    """The key in the file that KAIFANG_RELEASE_KEY names. Raises NotReleased."""
    file = os.environ.get(KEY)
    if not file:
        raise NotReleased(f"{KEY} names no file with the key that signs")
    key = load_pem_private_key(Path(file).read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise NotReleased(f"{file} holds no Ed25519 private key")
    return key


def public_key(file: Path) -> Ed25519PublicKey:
    """The key in a PEM file. Raises NotReleased."""
    key = load_pem_public_key(file.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise NotReleased(f"{file} holds no Ed25519 public key")
    return key


def main(arguments: list[str]) -> int:
    match arguments:
        case ["build", folder]:
            release(Path(folder).resolve(), committed_at(), signing_key())
        case ["verify", folder, key]:
            verify(Path(folder), public_key(Path(key)))
            print("as it was signed")
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (NotReleased, OSError, ValueError) as fault:
        print(f"error: {fault}", file=sys.stderr)
        sys.exit(1)
