"""What a form that was sent cannot do, as a problem to be put beside its fields; what no form could mend goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData

from activities.evidence.refused import EvidenceRefused, EvidenceStoreAway
from activities.idempotency import IdempotencyKeyReused
from activities.refused import FieldsRefused
from activities.sealing.key_service import KeyServiceAway
from api.http.failing import problem_of
from api.http.problems import Problem
from models.refusals import CannotBeStored
from pages.calls import Call
from pages.forms.fields import Field, Wanted
from pages.forms.filled import filled

NO_MATTER_OF_A_FORM = frozenset({"NotFound", "RoleRequired", "Unauthenticated", "FormFromElsewhere"})
REFUSED = (
    *(Problem, EvidenceRefused, EvidenceStoreAway, KeyServiceAway),
    *(IdempotencyKeyReused, FieldsRefused, CannotBeStored),
)


@dataclass(frozen=True)
class Asked:
    """A form as it is shown: its fields with what stands in them, and what is wrong with none of them."""

    fields: tuple[Field, ...]
    elsewhere: Sequence[str] = ()

    @property
    def status(self) -> int:
        """With which the page is answered."""
        return 422 if self.elsewhere or any(field.problems for field in self.fields) else 200


def problem_with(error: Exception) -> Problem:
    """The problem that a form is shown again with. Raises it where no form could mend it."""
    problem = problem_of(error)
    if problem.code in NO_MATTER_OF_A_FORM:
        raise problem from error
    return problem


def shown_again(call: Call, form: FormData, fields: Sequence[Field], problem: Problem | None) -> Asked:
    """The form with all that was filled in, and what is wrong beside its field."""
    wanted: Wanted = filled(form, problem, call.language)
    elsewhere = wanted.elsewhere(fields)
    if problem and not problem.errors:
        elsewhere = [*elsewhere, problem.document(call.language, "").detail]
    return Asked(wanted.in_(fields), elsewhere)
