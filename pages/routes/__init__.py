"""Every page of ours, and every form that it sends."""

from __future__ import annotations

from starlette.routing import BaseRoute

from pages.routes import (
    about,
    absences,
    administration,
    announcing,
    calculator,
    catalogue,
    cities,
    datasets,
    desk,
    desk_data,
    feeds,
    figures,
    front,
    law,
    login,
    notices,
    posts,
    rectifications,
    supervision,
    supervision_figures,
    task,
    task_acts,
    urging,
)

ROUTES: tuple[BaseRoute, ...] = (
    *front.ROUTES,
    *login.ROUTES,
    *datasets.ROUTES,
    *about.ROUTES,
    *cities.ROUTES,
    *calculator.ROUTES,
    *law.ROUTES,
    *figures.ROUTES,
    *supervision.ROUTES,
    *supervision_figures.ROUTES,
    *urging.ROUTES,
    *notices.ROUTES,
    *rectifications.ROUTES,
    *posts.ROUTES,
    *absences.ROUTES,
    *feeds.ROUTES,
    *announcing.ROUTES,
    *administration.ROUTES,
    *desk.ROUTES,
    *desk_data.ROUTES,
    *catalogue.ROUTES,
    *task.ROUTES,
    *task_acts.ROUTES,
)
