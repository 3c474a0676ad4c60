"""Where the sixth city is in its place already, it is not put there once more."""

from __future__ import annotations

from rules.loading import cities
from tests.sixth_city.placing import CITY

collect_ignore = ["test_sixth_city.py"] if CITY in cities() else []
