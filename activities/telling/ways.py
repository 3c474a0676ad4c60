"""The ways by which a message reaches somebody: mail, WeCom, DingTalk and others through apprise, signed webhooks."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import httpx
from standardwebhooks import Webhook

from activities.telling.receivers import (
    ReceiverPrivate,
    ReceiverUnknown,
    Resolve,
    address_of,
    connecting_to_the_public_alone,
    resolved,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from apprise import Apprise, AppriseAsset, NotifyBase

    from activities.settings import Settings

MAIL, WECOM, DINGTALK, WEBHOOK, OTHER = "mail", "wecom", "dingtalk", "webhook", "apprise"
KINDS = (MAIL, WECOM, DINGTALK, WEBHOOK, OTHER)
SCHEMES = {WECOM: "wecombot", DINGTALK: "dingtalk"}
WECOM_ROBOT = re.compile(r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([A-Za-z0-9_-]+)")
DINGTALK_ROBOT = re.compile(r"https://oapi\.dingtalk\.com/robot/send\?access_token=([A-Za-z0-9]+)")
"""What the platforms themselves give out as a robot's address."""
MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

WITHIN = 20.0
"""Seconds that a receiver has altogether."""
FOR_ONE_STEP = 8.0
"""Seconds for a connection, or for one answer."""
THREADS = 32
PORTS = frozenset({None, *range(1, 2**16)})
"""Of an address; None: that of its scheme."""
GONE = 410
"""The receiver wants nothing more, as Standard Webhooks says it."""
QUIET = {"httpx": logging.WARNING, "httpcore": logging.WARNING, "urllib3": logging.WARNING, "apprise": logging.CRITICAL}
"""These log whole addresses, and there may be secrets in an address."""
LOADING = Lock()


class AddressRefused(Exception):
    """No channel can have this address. `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class NotSent(Exception):
    """The receiver did not take it. `reason` holds no address and nothing that the receiver said."""

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        self.reason = reason
        self.gone = gone
        super().__init__(reason)


@dataclass(frozen=True)
class Outgoing:
    """A message on its way: as a text, and for webhooks as data. `at` is now."""

    message_id: str
    kind: str
    address: str
    secret: str | None
    subject: str
    text: str
    data: Mapping[str, Any]
    at: datetime


class Ways:
    """Open while the block lasts. Sends or raises NotSent, and gives no receiver longer than WITHIN."""

    def __init__(self, settings: Settings, resolve: Resolve = resolved) -> None:
        self._settings = settings
        self._resolve = resolve

    async def __aenter__(self) -> Self:
        for name, level in QUIET.items():
            logging.getLogger(name).setLevel(level)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sending")
        # Connections are not kept: two receivers may share an address, and a connection is sure of one name only.
        self._http = httpx.AsyncClient(
            timeout=FOR_ONE_STEP,
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def send(self, it: Outgoing) -> None:
        """The receiver has it. Raises NotSent."""
        try:
            async with asyncio.timeout(WITHIN):
                await (self._call(it) if it.kind == WEBHOOK else self._notify(it))
        except TimeoutError as error:
            raise NotSent("timed out") from error
        except ReceiverUnknown as error:
            raise NotSent("no such host") from error
        except ReceiverPrivate as error:
            raise NotSent("leads into a private network") from error

    async def _call(self, it: Outgoing) -> None:
        """A webhook, as Standard Webhooks wants it; what the receiver answers is not read."""
        url = httpx.URL(it.address)
        host = url.raw_host.decode("ascii")
        address = await self._address_of(host, url.port or (443 if url.scheme == "https" else 80))
        body = json.dumps(it.data, ensure_ascii=False)
        signature = Webhook(it.secret or "").sign(it.message_id, it.at.astimezone(UTC), body)
        request = self._http.build_request(
            "POST",
            url.copy_with(host=address),
            headers={
                "Host": url.netloc.decode("ascii"),
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "Kaifang",
                "webhook-id": it.message_id,
                "webhook-timestamp": str(int(it.at.timestamp())),
                "webhook-signature": signature,
            },
            content=body.encode(),
            extensions={"sni_hostname": host},
        )
        try:
            response = await self._http.send(request, stream=True)
            await response.aclose()
        except httpx.HTTPError as error:
            raise NotSent(type(error).__name__) from error
        if not response.is_success:
            raise NotSent(f"HTTP {response.status_code}", gone=response.status_code == GONE)

    async def _notify(self, it: Outgoing) -> None:
        plugin = await asyncio.get_running_loop().run_in_executor(self._threads, self._plugin, it)
        if it.kind == OTHER and names_its_host(plugin):
            await self._address_of(plugin.host, plugin.port or 443)
        # Not the library's own asynchronous call: it shares a handful of threads among all that hang.
        sent = await asyncio.get_running_loop().run_in_executor(self._threads, self._notified, plugin, it)
        if not sent:
            raise NotSent("refused or out of reach")

    def _notified(self, plugin: NotifyBase, it: Outgoing) -> bool:
        # The mail server is the operator's, and may be anywhere.
        if it.kind == MAIL or self._settings.private_receivers:
            return bool(plugin.notify(body=it.text, title=it.subject))
        with connecting_to_the_public_alone(self._resolve):
            return bool(plugin.notify(body=it.text, title=it.subject))

    def _plugin(self, it: Outgoing) -> NotifyBase:
        url = it.address
        if it.kind == MAIL:
            if self._settings.mail_url is None:
                raise NotSent("no mail server is set up")
            url = mail_url(self._settings.mail_url.get_secret_value(), it.address, it.message_id)
        plugin = instantiate(url)
        if plugin is None:
            raise NotSent("the address is not usable")
        plugin.socket_connect_timeout = plugin.socket_read_timeout = FOR_ONE_STEP
        return plugin

    async def _address_of(self, host: str, port: int) -> str:
        may_be_private = self._settings.private_receivers
        return await address_of(host, port, self._threads, may_be_private=may_be_private, resolve=self._resolve)


def library() -> tuple[type[Apprise], AppriseAsset]:
    """The notification library, with all its services loaded: a second's work, and only for who needs it."""
    with LOADING:
        return _library()


@cache
def _library() -> tuple[type[Apprise], AppriseAsset]:
    with warnings.catch_warnings():
        # From the library's own imports; Python 3.13 no longer has the module, and then the library does without.
        warnings.filterwarnings("ignore", message="'imghdr' is deprecated", category=DeprecationWarning)
        from apprise import Apprise, AppriseAsset

        asset = AppriseAsset(app_id="Kaifang", async_mode=False, http_redirects=False)
        Apprise.instantiate("json://localhost", asset=asset)
    return Apprise, asset


def instantiate(url: str) -> NotifyBase | None:
    """The service that an address names; None if it names none."""
    apprise, asset = library()
    plugin: NotifyBase | None = apprise.instantiate(url, asset=asset)
    if plugin is not None:
        # An address may ask for it, and the host that is led to was not looked at.
        plugin.redirects = False
    return plugin


def names_its_host(plugin: NotifyBase) -> bool:
    """Whether a service calls the host that its address names, and not one of its own."""
    templates: tuple[str, ...] = plugin.templates
    return any("{host}" in template for template in templates)


def mail_url(server: str, mailbox: str, message_id: str) -> str:
    """The library's address of a mailbox, with a header by which a repeat is known."""
    parts = urlsplit(server)
    query = [pair for pair in parse_qsl(parts.query) if pair[0] != "to"]
    query += [("to", mailbox), ("format", "text"), ("+X-Kaifang-Message", message_id)]
    return urlunsplit((parts.scheme, parts.netloc, "", urlencode(query, quote_via=quote), ""))


async def usable(kind: str, address: str, settings: Settings) -> str:
    """The address as a channel of that kind keeps it. Raises AddressRefused."""
    match kind:
        case "mail":
            if settings.mail_url is None:
                raise AddressRefused("mail_not_set_up")
            if not MAILBOX.fullmatch(address):
                raise AddressRefused("mailbox_unusable")
            return address
        case "webhook":
            return await _usable_webhook(address, settings)
        case "wecom" if robot := WECOM_ROBOT.fullmatch(address):
            address = f"wecombot://{robot[1]}"
        case "dingtalk" if robot := DINGTALK_ROBOT.fullmatch(address):
            address = f"dingtalk://{robot[1]}"
    scheme = address.partition("://")[0].lower()
    allowed = {SCHEMES[kind]} if kind in SCHEMES else set(settings.channel_schemes.split(",")) - {""}
    if scheme not in allowed:
        raise AddressRefused("scheme_not_allowed" if kind == OTHER else "robot_unusable")
    plugin = await asyncio.to_thread(instantiate, address)
    if plugin is None:
        raise AddressRefused("address_unusable")
    if names_its_host(plugin):
        await _public(plugin.host, plugin.port or 443, settings)
    return address


async def _usable_webhook(address: str, settings: Settings) -> str:
    try:
        url = httpx.URL(address)
        host = url.host
    except (httpx.InvalidURL, UnicodeError) as error:  # the latter: a name that only looks like an international one
        raise AddressRefused("address_unusable") from error
    if url.scheme not in ("https", "http") or not host or url.userinfo or url.fragment or url.port not in PORTS:
        raise AddressRefused("address_unusable")
    if url.scheme == "http" and not settings.private_receivers:
        raise AddressRefused("https_needed")
    await _public(url.raw_host.decode("ascii"), url.port or 443, settings)
    return str(url)


async def _public(host: str, port: int, settings: Settings) -> None:
    """A name that leads nowhere may lead somewhere later; it is looked at again whenever something is sent."""
    try:
        async with asyncio.timeout(FOR_ONE_STEP):
            await address_of(host, port, may_be_private=settings.private_receivers)
    except ReceiverPrivate as error:
        raise AddressRefused("receiver_private") from error
    except (ReceiverUnknown, TimeoutError):
        return


def part_of_address(kind: str, address: str) -> str:
    """As much of an address as may be shown: of a mailbox its beginning and its domain, of a webhook its host."""
    if kind == MAIL:
        name, _, domain = address.rpartition("@")
        return f"{name[:1]}…@{domain}"
    return httpx.URL(address).host if kind == WEBHOOK else f"{address.partition('://')[0]}://…"
