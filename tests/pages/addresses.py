"""The pages that are looked at by every test of all pages: by role, as somebody of that role sees them.

A new page adds a line. What a path has in braces is filled in by PARTS, or by what `filed` has made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LOGINS: Mapping[str, str | None] = {
    "nobody": None,
    "applicant": "applicant@demo",
    "reviewer": "reviewer@nanning.operator",
    "supervisor": "supervisor@nanning.authority",
    "admin": "admin@kaifang",
}
"""The accounts by which the roles are tried."""
ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "nobody": (
        "/",
        "/datasets",
        "/datasets?city=nanning&q=公交",
        "/datasets/{dataset_id}",
        "/login",
        "/datasets/nothing",
        "/verify",
        "/verify/nothing",
        "/verify/{code}",
        "/{city}/law",
        "/{city}/law/{procedure}",
    ),
    "applicant": (
        "/",
        "/messages",
        "/messages?of=all",
        "/my/settings",
        "/cases/{number}/papers",
    ),
    "reviewer": (
        "/cases/{number}/papers",
        "/messages",
        "/my/settings",
    ),
    "supervisor": ("/",),
    "admin": ("/",),
}
PARTS: Mapping[str, str] = {
    "dataset_id": "nanning-transport-bus-positions",
    "city": "nanning",
    "procedure": "access_request",
    "year": "2026",
    "language": "zh",
    "size": "large",
    "place": "formal_review.1",
    "body": "nanning.transport",
    "post": "data_officer",
    "paper": "receipt-1",
    "code": "none",
}
"""What a path has in braces; `number` is that of a request of the applicant, before its operator."""


@dataclass(frozen=True)
class Address:
    """A page as somebody of a role sees it."""

    role: str
    path: str

    def __str__(self) -> str:
        return f"{self.role} {self.path}"

    def in_(self, language: str, names: Mapping[str, str]) -> str:
        """Where the page is in a language."""
        path = filled(self.path, names)
        return f"/en{path}" if language == "en" else path


def filled(path: str, names: Mapping[str, str]) -> str:
    """A path with its parts. Raises KeyError for a part that nothing is known of: it belongs into PARTS."""
    return path.format_map({**PARTS, **names})


def addresses() -> list[Address]:
    """Every page of the list."""
    return [Address(role, path) for role, paths in ADDRESSES.items() for path in paths]
