"""Whether a city's samples fit its pack: the roles of their bodies and the posts are such as its law knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rules.checking import Finding
from rules.pack import Pack
from rules.sample_catalogue import SampleCatalogue


def unfit_samples(samples: SampleCatalogue, pack_of: Callable[[str], Pack | None]) -> Iterator[Finding]:
    """Every body and post of the samples that the pack of its city does not know, and each city without a pack."""
    for i, body in enumerate(samples.bodies):
        pack = pack_of(body.city)
        if pack is None:
            yield Finding(("bodies", i, "body"), "city_without_pack", f"there is no pack of {body.city}")
        elif body.role not in pack.bodies:
            known = ", ".join(pack.bodies)
            yield Finding(
                ("bodies", i, "role"), "unknown_role", f"{body.role} is none of the roles of the pack: {known}"
            )
        elif body.county is not None and body.county not in _heads_of_counties(samples, pack):
            yield Finding(("bodies", i, "county"), "no_county", f"{body.county} is the authority of no county")
    for i, post in enumerate(samples.posts):
        pack = pack_of(post.body.partition(".")[0])
        if pack is not None and post.post not in pack.posts:
            known = ", ".join(pack.posts) or "none"
            yield Finding(
                ("posts", i, "post"), "unknown_post", f"{post.post} is none of the posts of the pack: {known}"
            )


def _heads_of_counties(samples: SampleCatalogue, pack: Pack) -> set[str]:
    """The bodies of the samples that are the authority of a county by that pack."""
    authority = pack.counties.authority if pack.counties else None
    return {body.body for body in samples.bodies if body.role == authority}
