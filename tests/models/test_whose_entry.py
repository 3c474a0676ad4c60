"""Whose entry of the catalogue an update is about, and who may record it."""

from __future__ import annotations

import pytest

from models import refusals as r
from models.whose_entry import may_record, provider_meant
from rules.admissibility import Inadmissible


def test_providers_and_the_authority_record_updates_and_nobody_else() -> None:
    may_record("p", True, "a")
    may_record("a", False, "a")
    may_record("c", False, "a", "c")
    with pytest.raises(r.ProviderOrAuthorityRecords):
        may_record("o", False, "a", None)


@pytest.mark.parametrize(
    ("own", "stated", "of_dataset", "meant"),
    [
        ("p", None, None, "p"),
        ("p", "p", "p", "p"),
        (None, "p", None, "p"),
        (None, None, "p", "p"),
        (None, None, None, Inadmissible("provider", "missing_here", None)),
        (None, "p", "q", Inadmissible("dataset_id", "dataset_of_another_provider", None)),
    ],
)
def test_the_entry_meant_is_the_one_stated_else_ones_own_else_of_the_dataset(
    own: str | None, stated: str | None, of_dataset: str | None, meant: str | Inadmissible
) -> None:
    assert provider_meant(own, stated, of_dataset) == meant


@pytest.mark.parametrize(("stated", "of_dataset", "field"), [("q", None, "provider"), (None, "q", "dataset_id")])
def test_a_provider_does_not_speak_of_anothers_entry(stated: str | None, of_dataset: str | None, field: str) -> None:
    with pytest.raises(r.NotYourDataset) as refused:
        provider_meant("p", stated, of_dataset)
    assert refused.value.field == field
