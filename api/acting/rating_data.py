"""Rating data (评价): by whoever obtained it, or by anybody, as the law of the city has it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from activities.ratings import Rating, rate
from api.acting.forms.form import Form, whole
from api.http.known import known
from api.http.problems import Problem, invalid, wrongs
from api.runtime import Runtime
from reading.catalogue import questions as catalogue
from reading.directory import questions as directory
from reading.ratings.shown import scores_shown, standing_of
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language
from reading.words.law import law_of
from rules.bounds import Code
from rules.deadlines import to_shanghai
from rules.ratings import RatingRule

Score = Annotated[int, Field(strict=True, ge=0, le=100), BeforeValidator(whole)]
MOST_DIMENSIONS = 20
BETWEEN_SCORES = {"zh": "，", "en": ", "}


class RatingForm(Form):
    """A score for each dimension that the law of the city, or its service rule, names."""

    scores: Annotated[dict[Code, Score], Field(max_length=MOST_DIMENSIONS)]


async def rate_dataset(runtime: Runtime, store: Store, caller: Caller, dataset_id: str, form: RatingForm) -> None:
    """The caller's rating of the version that it obtained last counts from now on; the same again changes nothing.
    Raises a Problem that names every reason why it cannot."""
    dataset = known(await catalogue.dataset(store, dataset_id))
    on = to_shanghai(await store.now()).date()
    standing = await standing_of(store, caller, dataset, on)
    if standing is None:
        raise invalid("dataset_id", "not_rated")
    if found := [*standing.refused, *standing.rule.wrong_with(form.scores)]:
        raise Problem("Inadmissible", errors=wrongs(found, law_of(dataset.city, on, "zh").rules))
    bodies = await directory.bodies_of(store, dataset.city)
    rating = Rating(
        dataset_id=dataset_id,
        version=standing.version,
        account_id=caller.account_id,
        city=dataset.city,
        scores=form.scores,
        reaches=[bodies[role] for role in standing.rule.reaches if role in bodies],
        words={f"scores_{language}": in_words(standing.rule, form, language) for language in ("zh", "en")},
    )
    await store.release()
    await rate(runtime.pool, runtime.clock, rating)


def in_words(rule: RatingRule, form: RatingForm, language: Language) -> str:
    """The scores as a message says them: what is rated in the words of the law, each with its number."""
    shown = scores_shown(rule, form.scores, language)
    return BETWEEN_SCORES[language].join(f"{each.label} {each.score}" for each in shown)
