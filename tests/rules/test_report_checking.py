"""What the loader refuses of reports on use and inspections that could not be owed, begun or put on record."""

from __future__ import annotations

from typing import Any

import pytest

from rules.loading import load_pack
from rules.pack import EveryTerms, InspectionTerms, Pack
from rules.procedure_checking import check_cut


def with_(pack: Pack, procedure: str, name: str, value: Any) -> Pack:
    """The pack in which the one version of a rule of a procedure has another value; None: there is no such rule."""
    law = pack.procedures[procedure]
    (version,) = getattr(law, name)
    versions = None if value is None else (version.model_copy(update={"value": value}),)
    changed = law.model_copy(update={name: versions})
    return pack.model_copy(update={"procedures": {**pack.procedures, procedure: changed}})


def without(pack: Pack, procedure: str) -> Pack:
    rest = {name: law for name, law in pack.procedures.items() if name != procedure}
    return pack.model_copy(update={"procedures": rest})


def rules_broken(pack: Pack, procedure: str) -> set[str]:
    return {rule for _, rule, _ in check_cut(pack, procedure, pack.in_force_from)}


LIANYUNGANG = load_pack("lianyungang")


REQUEST, REPORT, REVIEW = "access_request", "use_report", "openness_review"


@pytest.mark.parametrize(
    ("pack", "procedure", "rule"),
    [
        (with_(LIANYUNGANG, REPORT, "every", EveryTerms(per="grant", days=30)), REPORT, "begins_in_no_one_way"),
        (with_(load_pack("guangzhou"), REVIEW, "every", EveryTerms()), REVIEW, "begins_in_no_one_way"),
        (with_(LIANYUNGANG, REQUEST, "reporting", None), REPORT, "no_interval"),
        (without(LIANYUNGANG, REPORT), REQUEST, "nothing_recurs"),
        (with_(LIANYUNGANG, REQUEST, "inspection", InspectionTerms(by=("warden",))), REQUEST, "no_responsible_body"),
        (without(LIANYUNGANG, "misuse"), REPORT, "unknown_target"),
    ],
)
def test_what_could_not_be_owed_begun_or_put_on_record_is_refused(pack: Pack, procedure: str, rule: str) -> None:
    assert rules_broken(pack, procedure) == {rule}
