"""A paper as PDF: tagged (PDF/UA-1) and to be kept (PDF/A-2b), the same bytes whenever it is made of the same data."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reading.papers.content import Paper

if TYPE_CHECKING:
    import typst

PDF = "application/pdf"
TEMPLATES = Path(__file__).parent / "templates"
STANDARDS: Any = ["a-2b", "ua-1"]
"""What can be read by a screen reader, and by a program of a later day."""


@cache
def fonts() -> typst.Fonts:
    """The fonts of the papers, and no others: what a machine has besides makes no paper another."""
    # Not at the top: most processes make no paper, and the library is 80 MB that is mapped when it is loaded.
    import pylopdf_fonts_zh_cn
    import typst

    folder = Path(pylopdf_fonts_zh_cn.__file__).parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def typeset(paper: Paper, issued_at: datetime) -> bytes:
    """The PDF. It takes some milliseconds of a processor: for a thread, and never for a loop."""
    import typst

    return typst.compile(
        TEMPLATES / f"{paper.kind}.typ",
        root=TEMPLATES,
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(asdict(paper), ensure_ascii=False)},
        format="pdf",
        pdf_standards=STANDARDS,
        timestamp=int(issued_at.timestamp()),
    )


async def pdf_of(paper: Paper, issued_at: datetime) -> bytes:
    """The PDF, made beside the loop."""
    return await asyncio.to_thread(typeset, paper, issued_at)
