"""What is seen of a question: as much as was asked for, and never beyond the sight of whoever asks."""

from __future__ import annotations

from itertools import product

import pytest

from reading.supervision.sight import Narrowing, Seen, Sight

NAMED = (None, "a", "b")


@pytest.mark.parametrize(("cities", "body"), list(product([("a",), ("a", "b")], NAMED)))
def test_nothing_is_seen_beyond_the_sight(cities: tuple[str, ...], body: str | None) -> None:
    for city, of_body in product((*NAMED, "c"), (*NAMED, "c")):
        seen = Sight(cities, body).narrowed(Narrowing(city, of_body))
        if city not in (None, *cities) or (body and of_body not in (None, body)):
            assert seen is None, (city, of_body)
        else:
            assert seen == Seen((city,) if city else cities, body or of_body)


def test_what_narrows_a_question_further_stays_with_what_is_seen() -> None:
    sight = Sight(("a",), rectifies="a.body")
    assert sight.narrowed(Narrowing(procedure="objection", stage="suspension", officer="acc_1")) == Seen(
        ("a",), procedure="objection", stage="suspension", officer="acc_1", rectifies="a.body"
    )
