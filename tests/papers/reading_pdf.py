"""What stands in a PDF, as a program reads it out."""

from __future__ import annotations

import io
from typing import Any

from pypdf import PdfReader


def text_of(pdf: bytes) -> str:
    """The text of all pages, without the breaks that the lines of paper make."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def declared(pdf: bytes) -> tuple[bool, bool, bool]:
    """Whether the document says that it is tagged, PDF/UA-1 and PDF/A-2b."""
    root: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    said = root["/Metadata"].get_data().decode()
    is_tagged = bool(root["/MarkInfo"]["/Marked"])
    return is_tagged, "<pdfuaid:part>1<" in said, "<pdfaid:part>2<" in said and "<pdfaid:conformance>B<" in said
