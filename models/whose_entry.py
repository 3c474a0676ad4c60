"""Whose entry of the catalogue an update is about, and who may record it: its provider, or the authority. Pure."""

from __future__ import annotations

from models import refusals as r
from rules.admissibility import Inadmissible


def may_record(body: str | None, provides: bool, *authorities: str | None) -> None:
    """Officers of a provider of the city record updates, and those of its authority and of a county's. Raises
    ProviderOrAuthorityRecords."""
    if not provides and body not in authorities:
        raise r.ProviderOrAuthorityRecords()


def provider_meant(own: str | None, stated: str | None, of_dataset: str | None) -> str | Inadmissible:
    """Whose entry is meant: the one that is `stated`, else the caller's `own`, else that of the dataset; or the reason
    why it is none. `own` is None for the authority, which speaks of every provider's entries.

    Raises NotYourDataset where a provider would speak of another's entry.
    """
    provider = stated or own or of_dataset
    if provider is None:
        return Inadmissible("provider", "missing_here", None)
    if own and provider != own:
        raise r.NotYourDataset(field="provider")
    if of_dataset and of_dataset != provider:
        if own:
            raise r.NotYourDataset(field="dataset_id")
        return Inadmissible("dataset_id", "dataset_of_another_provider", None)
    return provider


def of_its_county(county: str | None, of_provider: str | None) -> None:
    """The authority of a county speaks of the entries of its county alone; None is whoever heads none. Raises
    NotYourDataset."""
    if county not in (None, of_provider):
        raise r.NotYourDataset(field="provider")
