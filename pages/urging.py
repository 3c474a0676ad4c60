"""The texts of urgings from a page: each names its task's own rule and own day."""

from __future__ import annotations

import uuid

from pages.calls import Call
from pages.dates import day_in_words
from reading.supervision.shapes import PromptTask, SupervisedTask


def new_key() -> str:
    """The key by which a form that is sent twice is recognised."""
    return str(uuid.uuid4())


def text_for(call: Call, task: SupervisedTask | PromptTask, addition: str) -> str:
    """What an urging says of a task: its rule and its last day, or since when it is owed promptly; then what whoever
    urges has added. The text is the same however late it is sent."""
    if isinstance(task, SupervisedTask):
        day = day_in_words(task.last_day, call.language)
        text = call.say("urging.text", stage=task.label, rule=task.rule.text, day=day)
    else:
        day = day_in_words(task.since, call.language)
        text = call.say("urging.text_promptly", stage=task.label, rule=task.rule.text, day=day)
    return f"{text}\n{addition}" if addition else text
