"""Every page of ours, and every form that it sends."""

from __future__ import annotations

from starlette.routing import BaseRoute

from pages.routes import datasets, front, login, supervision, urging

ROUTES: tuple[BaseRoute, ...] = (*front.ROUTES, *login.ROUTES, *datasets.ROUTES, *supervision.ROUTES, *urging.ROUTES)
