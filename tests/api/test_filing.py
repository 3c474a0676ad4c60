from __future__ import annotations

from tests.api.calling import Caller, Service, open_stages


async def test_x(working: Service, applicant: Caller) -> None:
    case = await applicant.file("nanning", urgency="urgent")
    import json
    print(json.dumps(case, ensure_ascii=False, indent=1))
    case = await working.decide(case, "formal_review", "pass")
    assert open_stages(case) == ["provider_review"]
