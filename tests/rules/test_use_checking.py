"""The loader refuses a pack whose effects on grants and on the public record could not be decided or told."""

from __future__ import annotations

from importlib.resources import files

import pytest

from rules.loading import PackRefused, load_text

GUANGZHOU = files("rules").joinpath("packs", "guangzhou.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("grant: restore, record: correct", "record: correct", "record_without_measure"),
        ("grant: restore, record: correct", "grant: restore, record: publish", "record_without_measure"),
        ("[{any_of: [misused_grant]}, ", "[", "grant_not_named"),
        ("{any_of: [left_items, left_mode], cite: service misuse_report}, ", "", "nothing_left"),
        ("leads_to: access_closed", "leads_to: verification", "curtails_and_goes_on"),
        ("leads_to: violation_found", "leads_to: verification", "finding_out_of_place"),
        ("leads_to: rejected, requires", "leads_to: rejected, record: publish, requires", "finding_out_of_place"),
        (
            "requires: [{any_of: [misuse], cite: service misuse_record}, {any_of: [measure]}, ",
            "requires: [{any_of: [misuse], cite: service misuse_record}, ",
            "measure_not_named",
        ),
        (
            "requires: [{any_of: [misuse], cite: service misuse_record}, {any_of: [measure]}, ",
            "requires: [{any_of: [measure]}, ",
            "act_not_named",
        ),
        ("leads_to: rejected, requires", "leads_to: rejected, grant: close, requires", "grant_out_of_place"),
    ],
)
def test_what_a_pack_does_to_a_grant_can_be_decided(old: str, new: str, rule: str) -> None:
    assert old in GUANGZHOU
    with pytest.raises(PackRefused) as refused:
        load_text(GUANGZHOU.replace(old, new), "guangzhou.yaml")
    assert rule in {problem.rule for problem in refused.value.problems}
