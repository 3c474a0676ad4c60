"""Parts of an ODF document: what it would fetch, ask or start when somebody opens it.

Elements and attributes are known by their own names, in whatever namespace: programs forgive other versions of it.
"""

from __future__ import annotations

import re
from urllib.parse import unquote
from xml.parsers.expat import ExpatError, ParserCreate

from activities.evidence.kinds import Caution, ContentNotRecognised
from activities.evidence.relationships import is_elsewhere

MANIFEST = "META-INF/manifest.xml"
PARTS = frozenset({"content.xml", "styles.xml", "meta.xml", "settings.xml", "manifest.xml"})
"""By these names programs find them, of a document in another one too."""
ACTING = frozenset(
    {"section-source", "object", "object-ole", "floating-frame", "applet", "plugin", "template", "auto-reload"}
)
"""What is loaded as a part of the document, with whatever it does, as `relationships.ACTING` is in OOXML."""
LINKS = frozenset({"a", "form", "button", "image-map", "area-rectangle", "area-circle", "area-polygon"})
"""What is followed by a click alone."""
DDE = frozenset({"dde-source", "dde-connection-decl", "dde-link"})
SCRIPTS = frozenset({"script", "execute-macro"})
LISTENER, STARTS = "event-listener", frozenset({"execute", "macro", "verb"})
FORMULAS = frozenset({"formula", "expression", "condition"})
ASKS_A_PROGRAM = re.compile(r"\bDDE\s*\(", re.I)
ASKS_A_SERVER = re.compile(r"\bWEBSERVICE\s*\(", re.I)
RUNS = re.compile(r"\s*(?:vnd\.sun\.star\.(?:script|expand|uno)|macro|script|slot|\.uno|service)\s*:", re.I)
OF_THIS_MACHINE = re.compile(r"file:///[^/]")


class PartOfOpenDocument:
    """A part as it is unpacked, piece by piece. What it gives reason to say is among the cautions; it raises
    ContentNotRecognised for what acts as soon as the document is open, and for what is no such part."""

    def __init__(self, cautions: set[Caution]) -> None:
        self._cautions = cautions
        self._is_begun = False
        self._parser = ParserCreate()
        self._parser.StartElementHandler = self._begins
        self._parser.StartDoctypeDeclHandler = _has_a_type

    def feed(self, piece: bytes) -> None:
        """One more piece of it."""
        self._is_begun = self._is_begun or bool(piece.strip())
        if self._is_begun:
            self._parse(piece, is_last=False)

    def end(self) -> None:
        """There is no more; a part that is empty says nothing."""
        if self._is_begun:
            self._parse(b"", is_last=True)

    def _parse(self, piece: bytes, *, is_last: bool) -> None:
        try:
            self._parser.Parse(piece, is_last)
        except (ExpatError, ValueError, LookupError) as fact:
            raise ContentNotRecognised("content_archive_broken") from fact

    def _begins(self, element: str, attributes: dict[str, str]) -> None:
        name = element.rpartition(":")[2]
        if name == "encryption-data":
            raise ContentNotRecognised("content_encrypted")
        if name in DDE:
            raise ContentNotRecognised("content_asks_programs")
        if name in SCRIPTS:
            raise ContentNotRecognised("content_macros")
        for key, value in attributes.items():
            what = key.rpartition(":")[2]
            if what == "href":
                self._leads_to(name, value)
            elif what in FORMULAS:
                self._computes(value)
            elif name == LISTENER and (what == "macro-name" or (what == "action" and value.strip() in STARTS)):
                raise ContentNotRecognised("content_macros" if what == "macro-name" else "content_asks_programs")

    def _leads_to(self, element: str, target: str) -> None:
        if RUNS.match(unquote(target)):
            raise ContentNotRecognised("content_macros")
        if element in LINKS or element == LISTENER or not leads_away(target):
            return
        if element in ACTING:
            raise ContentNotRecognised("content_loads_from_elsewhere")
        self._cautions.add(Caution.LOADS_FROM_ELSEWHERE)

    def _computes(self, formula: str) -> None:
        if ASKS_A_PROGRAM.search(formula):
            raise ContentNotRecognised("content_asks_programs")
        if ASKS_A_SERVER.search(formula):
            self._cautions.add(Caution.LOADS_FROM_ELSEWHERE)


def leads_away(target: str) -> bool:
    """Whether a target lies on another machine: LibreOffice leaves the way to a template on the writer's own disk,
    which has no letter on most machines."""
    return is_elsewhere(target) and not OF_THIS_MACHINE.match(unquote(target).strip().replace("\\", "/").lower())


def _has_a_type(_name: str, _system: str | None, _public: str | None, has_entities: int) -> None:
    # Manifests of older programs name a document type. One that defines something is in no honest file.
    if has_entities:
        raise ContentNotRecognised("content_archive_broken")
