"""The posts that a body of a city fills, and which bodies have to, and have to name a contact for the platform, as the
law stands on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.loading import cities, load_pack
from rules.pinned import Citation, Label, Pinned
from rules.procedure_names import CONTACT_CHANGE
from rules.resolving import citation, in_force

if TYPE_CHECKING:
    from datetime import date

    from rules.pack import Pack


class PostRule(Pinned):
    """A post, and the roles of the bodies that have to name somebody for it; other bodies may.

    `with_department`: whoever names somebody names the department in charge too.
    """

    post: str
    label: Label
    required_of: tuple[str, ...]
    with_department: bool
    citation: Citation


def posts_on(pack: Pack, on: date) -> tuple[PostRule, ...]:
    """The posts that the rules of a city know on a day, in the order of its pack."""
    held = ((name, entry, in_force(entry.versions, on)) for name, entry in pack.posts.items())
    return tuple(
        PostRule(
            post=name,
            label=Label(zh=entry.label.zh, en=entry.label.en),
            required_of=version.value.required_of,
            with_department=version.value.with_department,
            citation=citation(pack, version.cite),
        )
        for name, entry, version in held
        if version is not None and version.value is not None
    )


def owe_a_contact(city: str, on: date) -> frozenset[str]:
    """The roles of the bodies of a city that have to have a contact for the platform on file on a day."""
    known = load_pack(city).procedures if city in cities() else {}
    filed_by = in_force(known[CONTACT_CHANGE].filed_by or (), on) if CONTACT_CHANGE in known else None
    return frozenset(filed_by.value or ()) if filed_by else frozenset()


def posts_of(city: str, on: date) -> tuple[PostRule, ...]:
    """As `posts_on`, of the pack of a city; none for a city without one."""
    return posts_on(load_pack(city), on) if city in cities() else ()
