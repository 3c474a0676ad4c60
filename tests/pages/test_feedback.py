"""The pages of feedback: who tells something finds the form with the data, and a body answers it once."""

from __future__ import annotations

import pytest

from tests.api.test_feedback import DATASET, TEXT
from tests.pages.visiting import Front


@pytest.mark.parametrize(
    ("prefix", "language", "tells", "received", "is_answered", "news"),
    [
        ("/en", "en", "Feedback", "Your feedback was received", "It is answered", "Your feedback was answered"),
        ("", "zh", "意见建议", "已收到您的意见建议", "已答复", "您的意见建议已有答复"),
    ],
)
async def test_somebody_tells_what_is_wanted_of_data_and_reads_the_answer(
    *, front: Front, prefix: str, language: str, tells: str, received: str, is_answered: str, news: str
) -> None:
    user = await front.logged_in("applicant@demo", language)
    await user.visit(f"{prefix}/datasets/{DATASET}")
    await user.follow(tells)
    await user.send("feedback", kind="suggestion")
    assert user.answer.status_code == 422
    await user.send("feedback", text=TEXT)
    assert user.answer.status_code == 200
    assert received in user.text()
    assert TEXT in user.text()
    address = user.answer.url.path

    provider = await front.logged_in("reviewer@lianyungang.transport", language)
    await provider.visit(f"{prefix}/supervision/ratings")
    await provider.follow(tells)
    assert address.rpartition("/")[2] in provider.answer.text
    await provider.visit(address)
    assert TEXT in provider.text()
    await provider.send("feedback", text="")
    assert provider.answer.status_code == 422
    await provider.send("feedback", text="We will see to it")
    assert is_answered in provider.text()
    assert "feedback" not in [form.address.rpartition("/")[0].rpartition("/")[2] for form in provider.forms()]

    await user.visit(f"{prefix}/messages")
    assert news in user.text()
    assert any("read" in form.names() for form in user.forms())
    await user.visit(address)
    assert "We will see to it" in user.text()
    await user.visit(f"{prefix}/messages")
    assert not any("read" in form.names() for form in user.forms())


async def test_a_city_without_feedback_has_no_form_of_it(front: Front) -> None:
    user = await front.logged_in("applicant@demo")
    assert (await user.visit("/en/nanning/feedback/new")).answer.status_code == 404
    assert (await user.visit("/en/feedback/nothing")).answer.status_code == 404
    assert (await user.visit("/en/lianyungang/feedback/new")).answer.status_code == 200
    officer = await front.logged_in("supervisor@lianyungang.authority")
    assert (await officer.visit("/en/feedback")).answer.status_code == 403
