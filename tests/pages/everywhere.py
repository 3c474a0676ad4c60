"""What there is to see on every page: a case of the applicant before its operator, and what was told of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from activities.settings import Settings
from api.app import create_app
from tests.api.calling import serving

AT_ONCE = timedelta(milliseconds=100)


async def file_a_case(settings: Settings) -> Mapping[str, str]:
    """A request is filed over the API; no engine need run. The parts of addresses that it gives."""
    async with serving(create_app(settings, patience=AT_ONCE), settings) as service:
        applicant = service.as_("applicant@demo")
        case: Any = await applicant.file("nanning")
        papers = await applicant.read(f"/v1/cases/{case['case_id']}/papers")
    task = next(each for each in case["tasks"] if each["stage"] == "formal_review")
    code = papers["items"][0]["code"]
    return {"number": case["case_number"], "case_id": case["case_id"], "task_id": task["task_id"], "code": code}
