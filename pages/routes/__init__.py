"""Every page of ours, and every form that it sends."""

from __future__ import annotations

from starlette.routing import BaseRoute

from pages.routes import datasets, front, login, notices, supervision, supervision_figures, urging

ROUTES: tuple[BaseRoute, ...] = (
    *front.ROUTES,
    *login.ROUTES,
    *datasets.ROUTES,
    *supervision.ROUTES,
    *supervision_figures.ROUTES,
    *urging.ROUTES,
    *notices.ROUTES,
)
