"""Every page of ours, and every form that it sends."""

from __future__ import annotations

from starlette.routing import BaseRoute

from pages.routes import answering, cases, datasets, filing, front, grants, login

ROUTES: tuple[BaseRoute, ...] = (
    *front.ROUTES,
    *login.ROUTES,
    *datasets.ROUTES,
    *filing.ROUTES,
    *cases.ROUTES,
    *answering.ROUTES,
    *grants.ROUTES,
)
