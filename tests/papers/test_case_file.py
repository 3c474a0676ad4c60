"""The case file: a bag that any program validates, for whoever may read the whole case."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import bagit
import pytest

from tests.api.calling import Caller, Service
from tests.api.conftest import service, settings, working  # noqa: F401 - fixtures, by their names
from tests.api.objecting import TOLD, decided, filed
from tests.papers.reading_pdf import text_of

REASON = "The names are real"


async def saved(caller: Caller, case: Any, folder: Path) -> bagit.Bag:
    answer = await caller.get(f"/v1/cases/{case['case_id']}/case-file.zip")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return bagit.Bag(str(folder / case["case_number"]))


@pytest.fixture
async def case(working: Service) -> Any:  # noqa: F811 - that fixture
    objection = await filed(working.as_("applicant@demo"), "nanning")
    said = {"reason": REASON, "measure": "Taken off", "answer": TOLD}
    return await decided(
        working, objection, [("suspension", "suspend", {"reason": "x"}), ("verification", "withdraw", said)]
    )


async def test_the_case_file_is_a_bag_with_log_rules_papers_and_evidence(
    working: Service,  # noqa: F811
    case: Any,
    tmp_path: Path,
) -> None:
    bag = await saved(working.as_("reviewer@nanning.transport"), case, tmp_path)
    bag.validate()
    data = tmp_path / case["case_number"] / "data"
    log = json.loads((data / "log.json").read_text())
    assert [each["number"] for each in log] == list(range(1, case["events_count"] + 1))
    assert REASON in (data / "log.json").read_text()
    assert json.loads((data / "case.json").read_text())["case_number"] == case["case_number"]
    assert json.loads((data / "rules.json").read_text())["procedure"] == "objection"
    assert (data / "evidence" / "001-proof.txt").read_text() == "they are named here"
    assert any(TOLD.replace(" ", "") in text_of(paper.read_bytes()) for paper in (data / "papers").glob("answer-*.pdf"))
    assert bag.info["Evidence-Left-Out"] == "0"


async def test_evidence_that_an_officer_may_not_read_is_left_out_and_counted(
    working: Service,  # noqa: F811
    case: Any,
    tmp_path: Path,
) -> None:
    bag = await saved(working.as_("supervisor@nanning.authority"), case, tmp_path)
    bag.validate()
    assert bag.info["Evidence-Left-Out"] == "1"
    assert not (tmp_path / case["case_number"] / "data" / "evidence").exists()


async def test_a_bag_that_was_changed_since_is_not_valid(
    working: Service,  # noqa: F811
    case: Any,
    tmp_path: Path,
) -> None:
    bag = await saved(working.as_("reviewer@nanning.transport"), case, tmp_path)
    (tmp_path / case["case_number"] / "data" / "evidence" / "001-proof.txt").write_text("nobody is named hers")
    assert not bag.is_valid()


async def test_the_whole_case_is_not_for_its_party_nor_for_other_bodies(working: Service, case: Any) -> None:  # noqa: F811
    path = f"/v1/cases/{case['case_id']}/case-file.zip"
    expected = {"applicant@demo": 403, "applicant2@demo": 404, "reviewer@nanning.health": 404}
    assert {who: (await working.as_(who).get(path)).status_code for who in expected} == expected
