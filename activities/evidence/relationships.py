"""Relationships of an OOXML document: what it would fetch from elsewhere when somebody opens it."""

from __future__ import annotations

import re
from urllib.parse import unquote
from xml.parsers.expat import ExpatError, ParserCreate

from activities.evidence.kinds import Caution, ContentNotRecognised

ACTING = frozenset({"attachedtemplate", "oleobject", "frame", "subdocument", "afchunk", "control", "package"})
"""Kinds that are loaded as a part of the document, with whatever they do; links are followed by a click alone."""
LINK = "hyperlink"
ON_THIS_MACHINE = re.compile(r"/*[a-z]:/")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:")


def caution_of(part: bytes) -> Caution | None:
    """What the relationships of a part give reason to say; None where nothing is. Raises ContentNotRecognised for what
    a program loads over the network as soon as the document is open, and for what is no such list."""
    outside: list[tuple[str, str]] = []

    def begins(element: str, attributes: dict[str, str]) -> None:
        if element.rpartition(":")[2] == "Relationship" and attributes.get("TargetMode", "").lower() == "external":
            kind = attributes.get("Type", "").rpartition("/")[2].lower()
            outside.append((kind, attributes.get("Target", "")))

    def has_a_type(*_: object) -> None:
        # Entities are defined in it, and none is needed here.
        raise ContentNotRecognised("content_archive_broken")

    if not part.strip():
        return None
    parser = ParserCreate()
    parser.StartElementHandler = begins
    parser.StartDoctypeDeclHandler = has_a_type
    try:
        parser.Parse(part, True)
    except (ExpatError, ValueError, LookupError) as fact:
        raise ContentNotRecognised("content_archive_broken") from fact
    if any(kind in ACTING and is_elsewhere(target) for kind, target in outside):
        raise ContentNotRecognised("content_loads_from_elsewhere")
    return Caution.LOADS_FROM_ELSEWHERE if any(kind != LINK and is_elsewhere(to) for kind, to in outside) else None


def is_elsewhere(target: str) -> bool:
    """Whether a target lies on another machine: programs leave the way to a template on the writer's own disk."""
    plain = unquote(target).strip().replace("\\", "/").lower()
    # `file:///C:/…` is a file of this machine, `file://host/…` and `file://///host/…` are not.
    local = plain.removeprefix("file:")
    if ON_THIS_MACHINE.match(local):
        return False
    return local.startswith("//") or bool(SCHEME.match(local))
