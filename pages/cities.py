"""The part of an address that names a city: one that has a pack, and nothing else."""

from __future__ import annotations

from starlette.convertors import Convertor, register_url_convertor

from rules.loading import cities


class KnownCity(Convertor[str]):
    """A city by the name of its pack; no other address is taken for one."""

    regex = "|".join(cities())

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("known_city", KnownCity())

CITY = "/{city:known_city}"
"""What the addresses of a city's own pages begin with."""
