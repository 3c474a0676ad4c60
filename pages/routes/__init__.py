"""Every page of ours, and every form that it sends."""

from __future__ import annotations

from starlette.routing import BaseRoute

from pages.routes import about, calculator, cities, datasets, figures, front, law, login

ROUTES: tuple[BaseRoute, ...] = (
    *front.ROUTES,
    *login.ROUTES,
    *datasets.ROUTES,
    *about.ROUTES,
    *cities.ROUTES,
    *calculator.ROUTES,
    *law.ROUTES,
    *figures.ROUTES,
)
