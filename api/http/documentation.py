"""`/docs`: the contract to read and to try, with everything that the page needs from this service itself."""

from __future__ import annotations

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
    return get_swagger_ui_html(
        openapi_url="openapi.json",
        title="Kaifang 开放",
        swagger_js_url=f"{below}/swagger-ui-bundle.js",
        swagger_css_url=f"{below}/swagger-ui.css",
        swagger_favicon_url=f"{below}/favicon.png",
    )
