"""Every page of ours, and every form that it sends."""

from __future__ import annotations

from starlette.routing import BaseRoute

from pages.routes import datasets, front, login, messages, settings, written

ROUTES: tuple[BaseRoute, ...] = (
    *front.ROUTES,
    *login.ROUTES,
    *datasets.ROUTES,
    *messages.ROUTES,
    *settings.ROUTES,
    *written.ROUTES,
)
