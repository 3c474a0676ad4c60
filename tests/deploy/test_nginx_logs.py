"""What the proxies before both doors and before cells write down of who called what, with the real nginx."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stack.ports import free_port
from tests.deploy.test_nginx import NGINX, running_nginx
from tests.stack.running import ROOT

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)")
TOKEN = "a-token-that-opens-something"
CODE = "a-code-that-counts-once"
HOLD_A_TOKEN = (
    f"/v1/supervision/feeds/{TOKEN}.csv",
    f"/v1/calendar-feed/{TOKEN}.ics?lang=en",
    f"/invitation/{TOKEN}",
    f"/%69nvitation/{TOKEN}",
    f"/v1/calendar%2dfeed/{TOKEN}.ics",
)


@pytest.mark.parametrize("proxy", ["kaifang.conf", "kaifang-cells.conf"])
def test_the_log_of_the_proxy_holds_no_token_of_a_feed_a_calendar_or_an_invitation(
    proxy: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    port, log = free_port(), tmp_path / "access.log"
    text = (ROOT / "deploy" / "nginx" / proxy).read_text()
    # Behind it is nobody, so that its log of errors is written too.
    text = re.sub(r"server 127\.0\.0\.1:\d+;", "server 127.0.0.1:1;", text)
    for place, value in (
        ("listen 127.0.0.1:8443;", f"listen 127.0.0.1:{port};"),
        ("/var/log/nginx/kaifang.log", str(log)),
    ):
        assert text.count(place) == 1, place
        text = text.replace(place, value)
    with running_nginx(text, port) as reader:
        reader.headers["Host"] = "nanning.open.example"
        for path in HOLD_A_TOKEN:
            assert reader.get(path).status_code in (307, 502)
        from_there = {"Referer": f"https://nanning.open.example/invitation/{TOKEN}"}
        assert reader.get(f"/v1/datasets?code={CODE}", headers=from_there).status_code == 502
    written, errors = log.read_text(), capfd.readouterr().err
    assert '"GET /v1/datasets" 502' in written
    assert "/v1/datasets" in errors, "where somebody looks who wants to know why"
    assert TOKEN not in written
    assert CODE not in written
    assert not [line for line in errors.splitlines() if TOKEN in line.partition(", referrer:")[0]]
