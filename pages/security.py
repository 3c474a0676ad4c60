"""What every page allows the browser: to load only what is ours, and to keep nothing that is private."""

from __future__ import annotations

from collections.abc import Mapping

from api.http.guarding import ALWAYS

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
OF_PAGES: Mapping[str, str] = {**ALWAYS, "Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
