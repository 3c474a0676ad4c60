"""How large a form may be that is sent to a page: as the body of the API's call that does the same."""

from __future__ import annotations

import re

from api.acting.importing import LARGEST_FILE
from api.acting.objecting import LARGEST_BODY, LARGEST_TEXT
from api.http.limits import BodyLimit
from pages.addresses import ENGLISH

USUAL = BodyLimit(LARGEST_TEXT)
FILES = BodyLimit(LARGEST_BODY, "EvidenceTooLarge")
TABLE = BodyLimit(LARGEST_FILE + LARGEST_TEXT)
"""The file, and the form around it."""
OF_PATHS = (
    (re.compile(r"/datasets/[^/]+/objection"), FILES),
    (re.compile(r"/cases/[^/]+"), FILES),
    (re.compile(r"/catalogue/import"), TABLE),
)


def limit_of(path: str) -> BodyLimit:
    """What a form sent to this path may have."""
    path = path.removeprefix(ENGLISH)
    return next((limit for pattern, limit in OF_PATHS if pattern.fullmatch(path)), USUAL)
