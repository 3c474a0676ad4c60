"""Messages of one's own, with or without a channel; and channels, whose secrets are shown once."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from activities.database import Pool
from activities.settings import Settings
from activities.telling.channels import MOST
from activities.telling.sending import Sender
from activities.telling.ways import Ways
from api.app import create_app
from reading.words.texts import texts
from tests.api.calling import Caller, Service, open_task, serving

HOOK = {"kind": "webhook", "address": "https://hooks.example.org/x?token=secret-in-the-address"}


@pytest.fixture
async def service(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    """The service with a mail server set up and no engine behind it: messages need none."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    known = {"mail_url": SecretStr("mailtos://u:p@smtp.example.org"), "channel_schemes": "json,slack"}
    known |= {"public_url": "https://kaifang.example/"}
    chosen = settings.model_copy(update=known)
    async with serving(create_app(chosen, patience=timedelta(milliseconds=100)), chosen) as running:
        yield running


async def opened(caller: Caller, form: Mapping[str, Any] = HOOK, key: str | None = None) -> Any:
    answer = await caller.post("/v1/channels", dict(form), key)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_everybody_reads_messages_in_their_language_with_law_day_and_link(
    service: Service, applicant: Caller
) -> None:
    case = await applicant.file("nanning")
    task = open_task(case, "formal_review")
    officer = service.as_("reviewer@nanning.operator")

    (mine,) = (await applicant.read("/v1/messages"))["items"]
    (theirs,) = (await officer.read("/v1/messages"))["items"]
    chinese = (await officer.get("/v1/messages", {"Accept-Language": "zh-CN"})).json()["items"][0]

    assert (mine["kind"], mine["case_id"], mine["case_number"]) == (
        "case_received",
        case["case_id"],
        case["case_number"],
    )
    assert mine["link"] == f"https://kaifang.example/en/cases/{case['case_number']}"
    assert (theirs["kind"], theirs["task_id"]) == ("task_opened", task["task_id"])
    assert theirs["law"].startswith("Nanning article 20(2) (")
    assert theirs["due"] == f"the end of {task['clock']['last_day']}"
    assert theirs["link"] == f"https://kaifang.example/en/desk/{case['case_number']}/formal_review.1"
    assert chinese["link"] == theirs["link"].replace("/en/", "/")
    for part in ("law", "due", "link"):
        assert theirs[part] in theirs["text"]
    assert chinese["message_id"] == theirs["message_id"]
    assert "第二十条第（二）项" in chinese["law"]
    assert case["case_number"] in chinese["subject"]
    assert (await service.as_("applicant2@demo").read("/v1/messages"))["items"] == []


async def test_messages_come_page_by_page_the_latest_first(service: Service, applicant: Caller) -> None:
    cases = [(await applicant.file("nanning"))["case_id"] for _ in range(3)]
    first = await applicant.read("/v1/messages", limit=2)
    second = await applicant.read("/v1/messages", limit=2, cursor=first["next"])
    assert [it["case_id"] for it in (*first["items"], *second["items"])] == cases[::-1]
    assert second["next"] is None
    for wrong in ("x", "WyIxMiIsMV0", "Wy0xXQ"):
        assert (await applicant.get("/v1/messages", cursor=wrong)).status_code == 422


async def test_what_was_read_stays_read_and_is_counted_no_more(service: Service, applicant: Caller) -> None:
    for _ in range(3):
        await applicant.file("nanning")
    first = await applicant.read("/v1/messages")
    assert (first["unread"], {each["read_at"] for each in first["items"]}) == (3, {None})
    latest, middle, oldest = (each["message_id"] for each in first["items"])

    one = await applicant.post("/v1/messages/read", {"message_ids": [latest]})
    assert (one.status_code, one.json()) == (200, {"unread": 2})
    read = (await applicant.read("/v1/messages"))["items"]
    assert [each["read_at"] is not None for each in read] == [True, False, False]
    assert (await applicant.post("/v1/messages/read", {"message_ids": [latest]})).json() == {"unread": 2}
    assert (await applicant.read("/v1/messages"))["items"][0]["read_at"] == read[0]["read_at"]

    assert (await applicant.post("/v1/messages/read", {"up_to": middle})).json() == {"unread": 0}
    assert oldest


async def test_what_came_after_the_last_that_was_seen_is_not_read_with_it(service: Service, applicant: Caller) -> None:
    await applicant.file("nanning")
    (seen,) = (await applicant.read("/v1/messages"))["items"]
    await applicant.file("nanning")
    assert (await applicant.post("/v1/messages/read", {"up_to": seen["message_id"]})).json() == {"unread": 1}


async def test_nobody_has_the_messages_of_others_as_read(service: Service, applicant: Caller) -> None:
    await applicant.file("nanning")
    (mine,) = (await applicant.read("/v1/messages"))["items"]
    stranger = service.as_("applicant2@demo")
    for form in ({"message_ids": [mine["message_id"]]}, {"up_to": mine["message_id"]}):
        assert (await stranger.post("/v1/messages/read", form)).json() == {"unread": 0}
    assert (await applicant.read("/v1/messages"))["unread"] == 1


@pytest.mark.parametrize("form", [{}, {"message_ids": []}, {"message_ids": ["x"], "up_to": "x"}, {"up_to": "\x00"}])
async def test_messages_are_read_by_their_ids_or_up_to_one(
    service: Service, applicant: Caller, form: dict[str, Any]
) -> None:
    assert (await applicant.post("/v1/messages/read", form)).status_code == 422


async def test_the_secret_of_a_webhook_is_shown_once_and_its_address_never_again(
    service: Service, applicant: Caller
) -> None:
    key = str(uuid.uuid4())
    first = await opened(applicant, key=key)
    again = await opened(applicant, key=key)
    (listed,) = (await applicant.read("/v1/channels"))["items"]

    assert first["secret"].startswith("whsec_")
    assert again["secret"] is None
    assert again["channel_id"] == first["channel_id"] == listed["channel_id"]
    assert listed["receiver"] == "hooks.example.org"
    assert "secret" not in str(listed).replace("secret_in", "")
    assert (listed["failures"], listed["waiting"], listed["given_up"]) == (0, 0, 0)
    assert listed["last_error"] is None


async def test_the_same_key_with_another_address_opens_nothing(service: Service, applicant: Caller) -> None:
    key = str(uuid.uuid4())
    await opened(applicant, key=key)
    other = await applicant.post("/v1/channels", {**HOOK, "address": "https://hooks.example.org/y"}, key)
    assert other.status_code == 422
    assert other.json()["type"] == "urn:kaifang:problem:idempotency-key-reused"


TAKEN = [
    ("mail", "zhang.san@example.org", "z…@example.org"),
    ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx", "wecombot://…"),
    ("wecom", "wecombot://693a91f6-7xxx", "wecombot://…"),
    ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=a1b2c3d4", "dingtalk://…"),
    ("dingtalk", "dingtalk://SEC0secret@a1b2c3d4", "dingtalk://…"),
    ("apprise", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#x", "slack://…"),
]


async def test_each_kind_of_channel_takes_the_address_that_its_platform_gives_out(
    service: Service, applicant: Caller
) -> None:
    for kind, address, receiver in TAKEN:
        it = await opened(applicant, {"kind": kind, "address": address, "language": "en"})
        assert (it["receiver"], it["language"], it["secret"]) == (receiver, "en", None)


REFUSED = [
    ("mail", "zhang.san", "mailbox_unusable"),
    ("mail", "a@example.org,b@example.org", "mailbox_unusable"),
    ("mail", "a@example.org?cc=b@example.org", "mailbox_unusable"),
    ("webhook", "http://example.org/hook", "https_needed"),
    ("webhook", "https://user:word@example.org/hook", "address_unusable"),
    ("webhook", "ftp://example.org/hook", "address_unusable"),
    ("webhook", "https:///hook", "address_unusable"),
    ("webhook", "https://127.0.0.1/hook", "receiver_private"),
    ("webhook", "https://localhost/hook", "receiver_private"),
    ("webhook", "https://10.1.2.3/hook", "receiver_private"),
    ("webhook", "https://169.254.169.254/latest/meta-data", "receiver_private"),
    ("webhook", "https://[::1]/hook", "receiver_private"),
    ("webhook", "https://[::ffff:127.0.0.1]/hook", "receiver_private"),
    ("webhook", "https://[64:ff9b::7f00:1]/hook", "receiver_private"),
    ("webhook", "https://[fd00::1]/hook", "receiver_private"),
    ("webhook", "https://2130706433/hook", "receiver_private"),
    ("wecom", "json://127.0.0.1/", "robot_unusable"),
    ("wecom", "https://qyapi.weixin.qq.com.example.org/cgi-bin/webhook/send?key=x", "robot_unusable"),
    ("dingtalk", "https://oapi.dingtalk.com/robot/send", "robot_unusable"),
    ("apprise", "tgram://123456789:abcdefg_hijklmnop/12315544/", "scheme_not_allowed"),
    ("apprise", "file:///etc/passwd", "scheme_not_allowed"),
    ("apprise", "syslog://", "scheme_not_allowed"),
    ("apprise", "slack://", "address_unusable"),
    ("apprise", "json://127.0.0.1/x", "receiver_private"),
]


async def test_an_address_that_cannot_or_must_not_be_called_is_refused_with_a_reason(
    service: Service, applicant: Caller
) -> None:
    for kind, address, code in REFUSED:
        answer = await applicant.post("/v1/channels", {"kind": kind, "address": address})
        assert answer.status_code == 422, address
        (error,) = answer.json()["errors"]
        assert (error["field"], error["code"]) == ("address", code), address
        assert error["detail"] == texts().errors[code].en
    assert (await applicant.read("/v1/channels"))["items"] == []


async def test_there_is_no_mail_where_no_server_is_set_up(settings: Settings) -> None:
    async with serving(create_app(settings), settings) as service:
        answer = await service.as_("applicant@demo").post("/v1/channels", {"kind": "mail", "address": "a@example.org"})
    assert answer.json()["errors"][0]["code"] == "mail_not_set_up"


async def test_a_channel_is_ended_by_its_owner_alone_and_nothing_secret_is_left_of_it(
    service: Service, applicant: Caller, pool: Pool
) -> None:
    channel_id = (await opened(applicant))["channel_id"]
    path = f"/v1/channels/{channel_id}"
    stranger = service.as_("applicant2@demo")

    assert (await stranger.http.delete(path, headers=stranger.headers())).status_code == 404
    assert (await applicant.http.delete(path, headers=applicant.headers())).status_code == 204
    assert (await applicant.http.delete(path, headers=applicant.headers())).status_code == 204

    assert (await applicant.read("/v1/channels"))["items"] == []
    left = await pool.fetchval("select channels::text from channels")
    assert "secret-in-the-address" not in left
    assert "whsec_" not in left


async def test_an_account_has_only_so_many_channels(service: Service, applicant: Caller) -> None:
    for _ in range(MOST):
        await opened(applicant)
    answer = await applicant.post("/v1/channels", HOOK)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:kaifang:problem:enough-channels"


async def test_the_metrics_say_what_waits_to_be_sent_and_what_fails(
    service: Service, applicant: Caller, pool: Pool
) -> None:
    await opened(applicant)
    await applicant.file("nanning")
    assert 'kaifang_messages_waiting{state="not_yet"} 3.0' in await service.figures()

    async with Ways(service.settings) as ways:
        await Sender(pool, ways, "https://kaifang.example").hand_out()
    await pool.execute("update channels set failures = 1, given_up = 2")

    said = await service.figures()
    assert 'kaifang_messages_waiting{state="handed_out"} 1.0' in said
    assert 'kaifang_messages_waiting{state="not_yet"} 0.0' in said
    assert "kaifang_channels_failing 1.0" in said
    assert "kaifang_messages_given_up 2.0" in said


async def test_a_webhook_with_a_name_that_only_looks_international_is_refused_by_field(
    service: Service, applicant: Caller
) -> None:
    for address in ("https://xn--a/", "https://example.org:99999/"):
        answer = await applicant.post("/v1/channels", {"kind": "webhook", "address": address})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "address")
