"""The five cities whose articles the tests know.

A test of what an article says names its city, or takes these. A test of what holds for every pack takes
`rules.loading.cities()`, so that a city that comes later is tried by it and needs none of its own.
"""

from __future__ import annotations

FIVE_CITIES = ("guangzhou", "lianyungang", "nanjing", "nanning", "yulin")
