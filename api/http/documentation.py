"""`/docs`: the contract to read and to try, with everything that the page needs from this service itself."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import fastapi_offline
from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

PATH = "/docs"
ASSETS = f"{PATH}/assets"

router = APIRouter(include_in_schema=False)


def assets() -> StaticFiles:
    """The scripts and styles of the page, as the package that carries them has them."""
    return StaticFiles(directory=Path(fastapi_offline.__file__).parent / "static")


@router.get(PATH)
async def docs() -> HTMLResponse:
    """The addresses are relative, so that they hold wherever the service stands behind a proxy."""
    below = ASSETS.removeprefix("/")
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title="Kaifang 开放",
        swagger_js_url=f"{below}/swagger-ui-bundle.js",
        swagger_css_url=f"{below}/swagger-ui.css",
        swagger_favicon_url=f"{below}/favicon.png",
    )
    page.headers["Content-Security-Policy"] = policy_of(bytes(page.body).decode())
    return page


def policy_of(page: str) -> str:
    """What the page may load: what is ours, and the scripts that stand in it as the package wrote them. Its program
    sets styles of elements and draws small pictures that it carries."""
    own = "".join(
        f" 'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in re.findall(r"<script>(.*?)</script>", page, re.S)
    )
    return (
        f"default-src 'none'; script-src 'self'{own}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
