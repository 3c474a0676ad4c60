"""The class of sharing of an entry over HTTP: demanded with each draft in Nanjing, and shown with the data."""

from __future__ import annotations

import pytest

from tests.api.calling import Service
from tests.api.updating import NEW_ENTRY, answers, drafting, errors, law, post, recorded, walked

REASON = {"zh": "仅供三个部门履职使用", "en": "Three departments alone need it"}
BASIS = {"zh": "统计法第二十五条", "en": "Statistics Law, Article 25"}


@pytest.mark.duty("NJ-21")
async def test_a_limit_of_sharing_is_published_with_its_reason_and_basis(working: Service) -> None:
    provider, nobody = working.as_("reviewer@nanjing.transport"), working.nobody()
    said = answers(await law(provider, "nanjing"), "unconditional", sharing_class="conditional")
    body = await drafting(provider, "nanjing", dataset_id=None, entry=NEW_ENTRY, answers=said)
    assert errors(await post(provider, body)) == [
        ("entry.sharing_reason", "RequirementMissing"),
        ("entry.sharing_basis", "RequirementMissing"),
    ]
    limits = {"sharing_reason": REASON, "sharing_basis": BASIS}
    case = await walked(working, await recorded(provider, body | {"entry": NEW_ENTRY | limits}))
    entry = await nobody.read(f"/v1/datasets/{case['dataset_id']}")
    shown = (entry["sharing_class"], entry["sharing_reason"], entry["sharing_basis"])
    assert shown == ("conditional", REASON["en"], BASIS["en"])
