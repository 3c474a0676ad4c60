"""The OpenAPI document says what is true: a tool that knows nothing else calls everything, as each of five roles."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from activities.settings import Settings
from api.http.tokens import issue, signing_key
from cli.token import VALID_FOR
from rules.sample_accounts import account_id_of
from tests.models.profiles import LONG
from tests.serving import serving_api

HERE = Path(__file__).parent
TOOL = Path(sys.executable).with_name("schemathesis")
ROLES = (
    "applicant@demo",
    "reviewer@nanning.operator",
    "supervisor@nanning.authority",
    "admin@kaifang",
    "gateway@nanning",
)
SHORT = ("--phases", "fuzzing", "--max-examples", "1", "--generation-deterministic")
THOROUGH = ("--phases", "coverage,fuzzing", "--max-examples", "20")
LONGEST = 9000 if LONG else 900
"""Seconds."""


@pytest.mark.timeout(LONGEST)
def test_no_call_is_answered_otherwise_than_the_document_says(tmp_path: Path, database_url: str) -> None:
    settings = Settings(home=tmp_path, database_url=database_url)
    key = signing_key(settings.signing_key_file)
    first, *others = ((login, issue(key, account_id_of(login), VALID_FOR)) for login in ROLES)
    with serving_api(tmp_path, database_url, tmp_path / "api.log") as api:
        done = called(f"{api.url}/openapi.json", first[1], dict(others))
    assert done.returncode == 0, f"{done.stdout[-20_000:]}{done.stderr}"


def called(document: str, token: str, others: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Everything that the document describes, called with this token and without one, and with those of the others."""
    quiet = ("--warnings", "off", "--no-color")
    asked = (*quiet, "-H", f"Authorization: Bearer {token}", *(THOROUGH if LONG else SHORT))
    command = [str(TOOL), "--config-file", "schemathesis.toml", "run", document, *asked]
    environment = {**os.environ, "KAIFANG_CALLED_AS_WELL": json.dumps(others)}
    return subprocess.run(
        command, cwd=HERE, env=environment, capture_output=True, text=True, timeout=LONGEST, check=False
    )
