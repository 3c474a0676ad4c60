"""The OpenID provider beside the tests, as somebody with a browser and as a test that wants something of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from pages import issuer as asking
from stack.ports import free_port

CLIENT = "kaifang-pages"
HERE = Path(__file__).parents[2]


class Provider:
    """The provider, as somebody with a browser and as a test that wants something of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=30)

    def knows(self, subject: str, **claims: Any) -> None:
        """Somebody has an account at the provider; claims of an id token can be said otherwise by it too."""
        self.http.put(f"/users/{subject}", json=claims).raise_for_status()

    def lets_in(self, address: str, subject: str) -> str:
        """Where the browser goes once the provider has let somebody in."""
        answer = self.http.post(address, data={"sub": subject})
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    def signs(self, by: str = "itself", **claims: Any) -> str:
        """A logout token, with claims said otherwise or, where None, not at all."""
        said = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": int(time.time()),
            "exp": int(time.time()) + 60,
            "jti": "one",
            "events": {asking.BACKCHANNEL_LOGOUT: {}},
            **claims,
        }
        token = {name: value for name, value in said.items() if value is not None}
        return self.http.post("/sign", json={"claims": token, "by": by}).text

    def grants(self, subject: str, **claims: Any) -> str:
        """A token for the API, with claims said otherwise or, where None, not at all."""
        now = int(time.time())
        known = {"sub": subject, "aud": "urn:kaifang:api", "iat": now, "exp": now + 300, "jti": f"{subject}-{now}"}
        return self.signs(**{**known, "events": None, **claims})


@contextmanager
def provider_running(log: Path) -> Iterator[Provider]:
    """The provider, until the block ends."""
    port = free_port()
    with log.open("w") as said:
        running = subprocess.Popen(
            [sys.executable, "-m", "tests.pages.provider", str(port)],
            cwd=HERE,
            env={**os.environ, "PYTHONPATH": str(HERE)},
            stdout=said,
            stderr=said,
        )
    it = Provider(f"http://127.0.0.1:{port}")
    try:
        for _ in range(300):
            try:
                it.http.get("/jwks")
                break
            except httpx.TransportError:
                assert running.poll() is None, log.read_text()
                time.sleep(0.1)
        yield it
    finally:
        it.http.close()
        running.terminate()
        running.wait(10)
