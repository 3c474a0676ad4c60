"""A request with a field that only this run's vocabulary and pack know, filed over the API as it is; see
`test_vocabulary.py`. Told as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from pathlib import Path
from typing import Any

from activities.settings import Settings
from api.app import create_app
from rules import vocabulary
from tests.api.calling import serving
from tests.api.supervising import SOON

PATH = "/v1/access-requests"
DELETION = "All copies within ten days of the last use"


async def tell(database_url: str, home: str) -> dict[str, Any]:
    settings = Settings(home=Path(home) / "var", database_url=database_url)
    async with serving(create_app(settings, patience=SOON), settings) as service:
        applicant = service.as_("applicant@demo")
        form = await applicant.form("nanning")
        without = await applicant.post(PATH, form, str(uuid.uuid4()))
        filed = await applicant.post(PATH, {**form, "deletion": DELETION}, str(uuid.uuid4()))
        fields = (await applicant.read("/openapi.json"))["components"]["schemas"]["AccessRequestForm"]["properties"]
        path = f"/v1/cases/{filed.json()['case_id']}"
        amended = [
            await applicant.post(f"{path}/supplement", each)
            for each in ({"deletion": "At once"}, {"delete": "At once"})
        ]
        return {
            "vocabulary": vocabulary.__file__,
            "documented": fields["deletion"]["description"],
            "without": [[each["field"], each["code"]] for each in without.json()["errors"]],
            "shown": filed.json()["request"]["deletion"],
            "supplement": [each.status_code for each in amended],
        }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(tell(*sys.argv[1:]))))  # noqa: T201 - the test reads it
