"""What `make check` says of a day that is taken from the machine's zone."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from rules.deadlines import ReceiptWithoutOffset, to_shanghai
from tests.machine_zone import zones_of_the_machine

ROOT = Path(__file__).resolve().parent.parent
RUFF = Path(sys.executable).with_name("ruff")
IMPORTS = "import time\nfrom datetime import UTC, date, datetime\n"


def reasons(source: str, *, of_the_product: bool = True) -> list[str]:
    return [why for _, why in zones_of_the_machine(IMPORTS + source, of_the_product=of_the_product)]


@pytest.mark.parametrize(
    "taken",
    [
        "day = instant.astimezone().date()",
        "day = instant.astimezone(None)",
        "day = instant.astimezone(tz=None)",
        "day = time.localtime(0)",
        "day = time.strftime('%F')",
        "day = time.ctime()",
        "from time import localtime as when",
        "query = 'select * from cases where received_at >= current_date'",
        "query = 'select now()::date'",
        "query = select(func.current_date())",
        "query = f'{columns} where day = LOCALTIMESTAMP'",
    ],
)
@pytest.mark.parametrize("of_the_product", [True, False])
def test_a_day_of_the_machines_zone_is_refused(taken: str, of_the_product: bool) -> None:
    assert len(reasons(taken, of_the_product=of_the_product)) == 1


@pytest.mark.parametrize(
    "taken",
    [
        "day = date.today()",
        "day = datetime.now()",
        "day = datetime.now(UTC)",
        "day = datetime.fromtimestamp(0)",
        "day = date.fromtimestamp(0)",
        "day = datetime.strptime('2026', '%Y')",
        "day = datetime.utcnow()",
    ],
)
def test_what_this_check_leaves_out_the_linter_refuses(taken: str) -> None:
    told = subprocess.run(
        [RUFF, "check", "--select", "DTZ,TID251", "--stdin-filename", "tests/invented.py", "-"],
        cwd=ROOT,
        input=IMPORTS + taken + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1, told.stdout + told.stderr


@pytest.mark.parametrize("taken", ["day = row['at'].date()", "day = now.date()", "day = (due_at - moment).date()"])
def test_the_product_takes_no_day_of_an_instant_whose_zone_nobody_sees(taken: str) -> None:
    assert reasons(taken) == ["a day of which zone? to_shanghai(…).date() says it"]


@pytest.mark.parametrize(
    "taken",
    [
        "day = to_shanghai(now).date()",
        "day = (to_shanghai(due_at) - moment).date()",
        "day = now.astimezone(SHANGHAI).date()",
        "day = datetime.fromtimestamp(time.time(), SHANGHAI).date()",
        "query = \"select (clock_timestamp() at time zone 'Asia/Shanghai')::date\"",
        '"""Says of current_date that it is not used."""',
    ],
)
def test_a_day_whose_zone_is_said_is_taken(taken: str) -> None:
    assert reasons(taken) == []


def test_an_instant_without_an_offset_has_no_day() -> None:
    with pytest.raises(ReceiptWithoutOffset):
        to_shanghai(datetime.fromisoformat("2026-05-09T00:30:00"))


def test_nothing_of_ours_takes_a_day_from_the_machines_zone() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.machine_zone"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stderr) == (0, "")
