"""Where nothing is sent, in every form in which an address can be written."""

import pytest

from system.errors import Invalid
from system.outbound.addresses import refusal_of
from system.outbound.urls import read_http_url, secrets_in

REFUSED = [
    "169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fd20:ce::254",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "224.0.0.1", "239.255.255.250", "ff02::1", "0.0.0.0",
    "0.1.2.3", "::", "255.255.255.255", "240.0.0.1", "::ffff:169.254.169.254", "::169.254.169.254",
    "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "2001:0:a9fe:a9fe::1", "::ffff:0.0.0.0",
]  # fmt: skip
ALLOWED = [
    "127.0.0.1", "::1", "10.0.0.1", "192.168.178.1", "172.16.0.9", "fd12:3456::1", "100.64.1.1", "8.8.8.8",
    "2606:4700::1111", "::ffff:127.0.0.1", "64:ff9b::808:808",
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_refused(address: str) -> None:
    assert "nothing is sent there" in refusal_of(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_a_home_and_the_world_are_reached(address: str) -> None:
    assert refusal_of(address) == ""


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "ftp://example.org/", "file:///etc/passwd", "http://", "http:///path",
        "http://example.org:99999/", "http://[::1", "http://exa mple.org/", "http://exämple.org/",
        "http://example.org/a\r\nHost: b", f"http://example.org/{'a' * 2000}", "http://169.254.169.254/",
        "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/", "http://0.0.0.0/",
    ],
)  # fmt: skip
def test_a_url_that_nothing_can_be_sent_to_is_refused_before(url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_http_url(url)
    assert refusal.value.field == "url"


def test_a_url_is_taken_apart() -> None:
    parts = read_http_url("https://me:p%40ss@[::1]:8443/a/b?c=d#e")
    assert (parts.host, parts.port, parts.target, parts.login) == ("::1", 8443, "/a/b?c=d", "me:p@ss")
    assert read_http_url("http://example.org").port == 80


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("tgram://123456789:AAF-token/chat", "AAF-token"),
        ("tgram://123456789:AAF-token/chat", "123456789"),
        ("https://hooks.example/services/T000/B0000000/xyzxyzxyz", "xyzxyzxyz"),
        ("https://example.org/?key=s3cr3t-key&x=1", "s3cr3t-key"),
        ("mailto://user:pass%20word@example.org", "pass word"),
        ("discord://webhookid0/webhooktoken", "webhookid0"),
    ],
)
def test_whatever_may_be_a_secret_in_a_url_is_known(url: str, secret: str) -> None:
    assert secret in secrets_in(url)


def test_a_host_is_none() -> None:
    assert "hooks.example" not in secrets_in("https://hooks.example/services/x")
    assert "127.0.0.1" not in secrets_in("json://127.0.0.1:99/x")
