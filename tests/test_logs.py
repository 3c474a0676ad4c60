"""Log files say what went wrong and where, and hold nothing that people wrote."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from pydantic import BaseModel

from activities.logs import WithoutTexts
from activities.refused import field_refused

WRITTEN = "Zhang San, 13800000000"
ROOT = Path(__file__).parents[1]


class Form(BaseModel):
    count: int


def of_pydantic() -> None:
    Form.model_validate({"count": WRITTEN})


def of_postgresql() -> None:
    raise asyncpg.NotNullViolationError.new(
        {"M": f"null value beside {WRITTEN}", "D": f"Failing row contains ({WRITTEN}).", "C": "23502", "t": "acts"}
    )


def of_python() -> None:
    int(WRITTEN)


def of_a_group() -> None:
    raise ExceptionGroup(WRITTEN, [ValueError(WRITTEN), KeyError(WRITTEN)])


def as_logged(fails: object) -> str:
    assert callable(fails)
    try:
        try:
            fails()
        except Exception as first:
            raise RuntimeError(WRITTEN) from first
    except RuntimeError as error:
        where = (type(error), error, error.__traceback__)
        record = logging.LogRecord("kaifang.api", logging.ERROR, __file__, 1, "%s failed", ("GET /",), where)
        return WithoutTexts().format(record)
    raise AssertionError("nothing failed")


@pytest.mark.parametrize("fails", [of_pydantic, of_postgresql, of_python, of_a_group])
def test_an_exception_is_logged_with_its_places_and_without_its_texts(fails: object) -> None:
    logged = as_logged(fails)
    assert "Zhang" not in logged
    assert "GET / failed" in logged
    assert f"in {fails.__name__}" in logged, "the place"  # type: ignore[attr-defined]
    assert "builtins.RuntimeError" in logged


def test_what_postgresql_refuses_is_logged_by_code_and_table() -> None:
    assert "NotNullViolationError: 23502 acts" in as_logged(of_postgresql)


def test_an_exception_of_ours_says_what_it_says() -> None:
    def of_ours() -> None:
        raise field_refused("purpose", "missing")

    assert "FieldsRefused: purpose: missing" in as_logged(of_ours)


def test_what_ends_a_process_and_what_the_web_server_logs_hold_no_text_either() -> None:
    program = (
        "import logging, uvicorn.config; from activities.logs import keep_texts_out\n"
        "uvicorn.Config('x:y').configure_logging()\n"
        "keep_texts_out(logging.WARNING)\n"
        f"try: int({WRITTEN!r})\n"
        "except ValueError as error: logging.getLogger('uvicorn.error').error('in ASGI', exc_info=error)\n"
        f"int({WRITTEN!r})"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert ended.returncode == 1
    assert "Zhang" not in ended.stderr + ended.stdout
    assert "uvicorn.error ERROR in ASGI" in ended.stderr
    assert ended.stderr.count("builtins.ValueError") == 2
