"""deploy/nginx/kaifang.conf with the real nginx before the real API and the real pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from stack.ports import free_port, listen
from stack.programs import Pages
from tests.deploy.test_nginx import NGINX, running_nginx
from tests.serving import serving_api
from tests.stack.running import ROOT

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)")
CONFIGURATION = ROOT / "deploy" / "nginx" / "kaifang.conf"


@pytest.fixture
def reader(tmp_path: Path, database_url: str) -> Iterator[httpx.Client]:
    """Somebody at the public address."""
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "KAIFANG_"))},
        "KAIFANG_HOME": str(tmp_path),
        "KAIFANG_DATABASE_URL": database_url,
        "KAIFANG_PUBLIC_URL": public,
        "KAIFANG_LOGIN": "demo",
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "TEMPORAL_CONFIG_FILE": os.devnull,
    }
    with ExitStack() as stack:
        api = stack.enter_context(serving_api(tmp_path, database_url, tmp_path / "api.log"))
        pages = Pages(stack.enter_context(closing(listen(free_port()))), tmp_path / "pages.log", environment)
        stack.callback(pages.stop)
        pages.start()
        text = CONFIGURATION.read_text()
        for place, value in (
            ("server 127.0.0.1:8000;", f"server {api.url.removeprefix('http://')};"),
            ("server 127.0.0.1:8080;", f"server {pages.url.removeprefix('http://')};"),
            ("listen 127.0.0.1:8443;", f"listen 127.0.0.1:{port};"),
            ("/var/log/nginx/kaifang.log", str(tmp_path / "access.log")),
        ):
            assert text.count(place) == 1, place
            text = text.replace(place, value)
        yield stack.enter_context(running_nginx(text, port))


def test_one_address_is_before_pages_and_api(reader: httpx.Client) -> None:
    front = reader.get("/", headers={"Accept": "text/html", "Accept-Language": "zh-CN"})
    assert front.headers["content-type"].startswith("text/html")
    for path in ("/v1/datasets", "/healthz", "/openapi.json"):
        assert reader.get(path).headers["content-type"].startswith("application/json"), path
    assert "swagger" in reader.get("/docs").text
    for path in ("/metrics", "/readyz", "/v1/gate", "/v1/gate/below", "/v1/exchange-gate"):
        assert reader.get(path).status_code == 404, path


def test_a_form_that_is_sent_through_it_is_our_own(reader: httpx.Client) -> None:
    origin = str(reader.base_url).rstrip("/")
    sent = {"account": "applicant@demo"}
    assert reader.post("/login", data=sent, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    answer = reader.post("/login", data=sent, headers={"Origin": origin})
    assert answer.status_code == 303, answer.text
    assert "applicant@demo" in reader.get("/").text
