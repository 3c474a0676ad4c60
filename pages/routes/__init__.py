"""Every page of ours, and every form that it sends."""

from __future__ import annotations

from starlette.routing import BaseRoute

from pages.routes import absences, catalogue, datasets, desk, desk_data, front, login, task, task_acts

ROUTES: tuple[BaseRoute, ...] = (
    *front.ROUTES,
    *login.ROUTES,
    *datasets.ROUTES,
    *desk.ROUTES,
    *desk_data.ROUTES,
    *absences.ROUTES,
    *catalogue.ROUTES,
    *task.ROUTES,
    *task_acts.ROUTES,
)
