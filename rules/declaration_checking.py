"""What makes the declarations of a pack fit: somebody can make each, and no rule of them is without effect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules.pack import Pack
    from rules.service_terms import DeclarationTerms

Path = tuple[str | int, ...]
PROVIDER = "provider"


def wrong_with_declarations(pack: Pack) -> Iterator[tuple[Path, str, str]]:
    """Who declares is a body of the city; what is owed again, and what names a user, is about data."""
    for kind, entry in pack.declarations.items():
        for i, version in enumerate(entry.versions):
            if version.value is not None:
                yield from _terms(("declarations", kind, "versions", i), pack, version.value)


def _terms(path: Path, pack: Pack, terms: DeclarationTerms) -> Iterator[tuple[Path, str, str]]:
    for role in (*terms.by, *(terms.taken_down.by if terms.taken_down else ())):
        if role not in pack.bodies:
            yield path, "no_responsible_body", f"{role} is no body of this city"
    if terms.about == "city" and PROVIDER in terms.by:
        yield path, "no_responsible_body", "a provider speaks of its own data, and not of the city"
    if terms.again and terms.about == "city":
        yield (*path, "again"), "no_effect", "only what is about data is owed again"
    if terms.names_a_user and terms.about == "city":
        yield (*path, "names_a_user"), "no_effect", "a grant is about a dataset"
