"""BagIt (RFC 8493): what lies beside the payload, by which whoever has a bag can tell whether it is whole. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

PAYLOAD = "data/"
NOT_IN_A_PATH = str.maketrans(dict.fromkeys('/\\:*?"<>|%\r\n', "_"))
"""What the manifest would have to encode, or a system would take for something else than a name."""


@dataclass(frozen=True)
class Content:
    """A file of the payload; the path begins with `data/`."""

    path: str
    size: int
    sha256: str


def content_of(path: str, content: bytes) -> Content:
    """A file of these bytes."""
    return Content(path, len(content), hashlib.sha256(content).hexdigest())


def tag_files(payload: Sequence[Content], bagged_on: date, about: Mapping[str, str]) -> dict[str, bytes]:
    """The files beside the payload, by their paths; the last is the manifest of the others."""
    oxum = f"{sum(each.size for each in payload)}.{len(payload)}"
    info = {**about, "Bagging-Date": bagged_on.isoformat(), "Payload-Oxum": oxum, "Bag-Software-Agent": "Kaifang"}
    found = {
        "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": "".join(f"{name}: {said}\n" for name, said in info.items()),
        "manifest-sha256.txt": "".join(f"{each.sha256}  {each.path}\n" for each in payload),
    }
    written = {name: text.encode() for name, text in found.items()}
    tags = "".join(f"{hashlib.sha256(each).hexdigest()}  {name}\n" for name, each in written.items())
    return {**written, "tagmanifest-sha256.txt": tags.encode()}
