"""Nanning as it would be if its Measures, with a law beside them, let a provider stop its clock for an inspection."""

from __future__ import annotations

from typing import Any

import pytest

from rules.loading import load_pack
from rules.pack import Pack
from rules.stops import StopEntry

WHY = "现场核查服务器机房"
"""The reason that an officer gives."""
TERMS = {"clocks": ["provider_review"], "begins": "by_decision", "ends": "by_decision", "at_most": "5wd"}
INSPECTION: dict[str, Any] = {
    "label": {"zh": "现场核查", "en": "Inspection on the spot"},
    "versions": [
        {"in_force_from": "2020-12-23", "value": TERMS, "cite": ["measures 20(3)", "reconsideration 11"]},
    ],
}
HEARING: dict[str, Any] = {
    "label": {"zh": "听证", "en": "Hearing"},
    "versions": [{"in_force_from": "2020-12-23", "value": TERMS, "cite": "measures 20(3)"}],
}
"""Another reason for which the same clock can be stopped."""


def nanning(stage: str = "provider_review") -> Pack:
    """As it would be; the clock of this stage is the one that can be stopped."""
    pack = load_pack("nanning")
    terms = INSPECTION["versions"][0] | {"value": TERMS | {"clocks": [stage]}}
    stops = {"inspection": StopEntry.model_validate(INSPECTION | {"versions": [terms]}, strict=False)}
    stops["hearing"] = StopEntry.model_validate(HEARING, strict=False)
    request = pack.procedures["access_request"].model_copy(update={"stops": stops})
    return pack.model_copy(update={"procedures": {**pack.procedures, "access_request": request}})


def lets_clocks_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases that are filed in Nanning from now on have such rules, and keep them."""
    changed = nanning()
    monkeypatch.setattr("api.acting.filing.load_pack", lambda city: changed if city == "nanning" else load_pack(city))
