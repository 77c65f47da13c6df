from __future__ import annotations

import pytest

from tui.adapters.public_address import Place, is_public, public_place
from tui.domain.errors import ImageError

PUBLIC = "93.184.215.14"


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700::1111", f"::ffff:{PUBLIC}"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "fec0::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
        *("2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
        *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1"),
    ],
)
def test_all_others_are_not_whatever_they_are_wrapped_in(address: str) -> None:
    assert not is_public(address)


async def place(url: str, *addresses: str, proxy: bool = False) -> Place:
    async def look_up(host: str, port: int) -> list[str]:
        if not addresses:
            raise OSError("not known")
        return list(addresses)

    return await public_place(url, look_up, lambda _host: proxy)


async def test_the_connection_is_pinned_to_the_address_that_was_looked_at() -> None:
    assert await place("https://pics.example/a.png", PUBLIC) == Place("pics.example", (PUBLIC,))


async def test_a_proxy_finds_the_way_itself() -> None:
    assert await place("https://pics.example/a", PUBLIC, proxy=True) == Place("pics.example")
    assert await place("https://pics.example/a", proxy=True) == Place("pics.example")


@pytest.mark.parametrize("proxy", [False, True])
async def test_one_private_address_among_others_is_enough_to_refuse(proxy: bool) -> None:
    with pytest.raises(ImageError, match=r"pics\.example is not on the public internet"):
        await place("https://pics.example/a.png", PUBLIC, "10.0.0.7", proxy=proxy)


@pytest.mark.parametrize(
    "host", ["localhost", "printer.local", "x.localhost", "nas.lan", "box.home.arpa", "a.internal."]
)
async def test_names_of_ones_own_network_are_refused_whoever_answers(host: str) -> None:
    with pytest.raises(ImageError, match="public internet"):
        await place(f"https://{host}/a.png", PUBLIC, proxy=True)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://pics.example/a.png", "only https"),
        ("file:///etc/passwd", "only https"),
        ("https://me:secret@pics.example/a.png", "makes no sense"),
        ("https:///a.png", "makes no sense"),
        ("https://pics.example:99999/a.png", "makes no sense"),
        ("https://[/a.png", "makes no sense"),
    ],
)
async def test_other_addresses_are_refused(url: str, said: str) -> None:
    with pytest.raises(ImageError, match=said):
        await place(url, PUBLIC)


async def test_a_host_that_is_not_there_is_named() -> None:
    with pytest.raises(ImageError, match=r"pics\.example: no such host"):
        await place("https://pics.example/a.png")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "0x7f.1", "2130706433", "017700000001"])
async def test_spellings_of_this_machine_are_seen_through(host: str) -> None:
    with pytest.raises(ImageError):
        await public_place(f"https://{host}/a.png", by_proxy=lambda _host: False)
