"""What somebody sends about messages and channels."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from api.acting.forms.form import Form
from reading.messages.shapes import Kind
from rules.bounds import Code

MOST_AT_ONCE = 200
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[!-~]+$")]


class ChannelForm(Form):
    """A channel that the caller wants."""

    kind: Annotated[Kind, Field(description="`apprise`: another service, where this system allows its scheme")]
    address: Annotated[
        Address,
        Field(description="a mailbox, the address of a robot as its platform shows it, or an https URL; shown no more"),
    ]
    language: Literal["zh", "en"] = "zh"


class ReadForm(Form):
    """Which messages the caller has read: these, or all up to one."""

    message_ids: Annotated[tuple[Code, ...], Field(min_length=1, max_length=MOST_AT_ONCE)] | None = None
    up_to: Annotated[Code | None, Field(description="the latest message that was seen; all before it too")] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.message_ids is None) == (self.up_to is None):
            raise ValueError("either message_ids or up_to")
        return self
