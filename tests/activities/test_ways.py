"""What an address of a channel may be, and where it may lead."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from activities.settings import Settings
from activities.telling import ways
from activities.telling.receivers import is_public
from reading.messages.shapes import Kind


def test_whoever_is_told_of_a_channel_knows_the_kinds_that_there_are() -> None:
    assert get_args(Kind) == ways.KINDS


@pytest.mark.parametrize(
    "address",
    ["::7f00:1", "::ffff:127.0.0.1", "::ffff:0:7f00:1", "fec0::1", "64:ff9b::7f00:1", "2002:7f00:1::", "100.64.0.1"],
)
def test_an_address_that_holds_a_private_one_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_no_service_of_the_library_follows_a_redirect_though_its_address_asks_for_it() -> None:
    plugin = ways.instantiate("json://example.org/x?redirect=yes")
    assert plugin and not plugin.redirects


@pytest.mark.parametrize(
    "address",
    ["https://xn--a/", "https://xn--/x", "https://example.org:0/", "https://example.org:99999/", "https://[::1/"],
)
async def test_a_webhook_whose_host_or_port_cannot_be_one_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ways.AddressRefused, match="address_unusable"):
        await ways.usable("webhook", address, Settings(home=tmp_path, database_url="postgresql://"))
