"""Only who knows the secret sets a hook off; who does not hears the same wherever they knock."""

import base64
import time
from typing import Any

import pytest
from django.utils import timezone

from executions.models import Execution
from scheduling.hooks.signatures import MOST_SIGNATURES, Message, proven_id
from scheduling.models import Hook, HookDelivery, Scheme
from system.secrets import Secret
from tests.scheduling.hooks import FIRING, SECRETS, a_hook, as_bytes, post, send, signed_headers

pytestmark = pytest.mark.django_db

BODY = as_bytes(FIRING)


@pytest.mark.parametrize("scheme", Scheme.values)
def test_who_knows_the_secret_is_let_in(scheme: str) -> None:
    response = send(a_hook(scheme=scheme))
    assert response.status_code == 202, response.content
    assert Execution.objects.count() == 1


def test_the_example_in_github_s_documentation_verifies() -> None:
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    message = Message({"X-Hub-Signature-256": signature}, b"Hello, World!")
    assert proven_id(Scheme.GITHUB, ["It's a Secret to Everybody"], message, 0) == ""


def flipped(text: str, index: int, bit: int) -> str:
    return text[:index] + chr(ord(text[index]) ^ (1 << bit)) + text[index + 1 :]


@pytest.mark.parametrize("scheme", [Scheme.STANDARD, Scheme.GITHUB])
def test_a_flipped_bit_of_a_header_opens_nothing(scheme: str) -> None:
    """Each bit of each header that is signed, or is the signature."""
    headers = signed_headers(scheme, BODY)
    signed = [name for name in headers if name != "X-GitHub-Delivery"]
    for name in signed:
        for index in range(len(headers[name])):
            for bit in range(8):
                changed = headers | {name: flipped(headers[name], index, bit)}
                found = proven_id(scheme, [SECRETS[scheme]], Message(changed, BODY), time.time())
                assert found is None, (name, index, bit)


@pytest.mark.parametrize("scheme", [Scheme.STANDARD, Scheme.GITHUB])
def test_a_flipped_bit_of_the_body_opens_nothing(scheme: str) -> None:
    headers = signed_headers(scheme, BODY)
    for index in range(len(BODY)):
        for bit in range(8):
            changed = BODY[:index] + bytes([BODY[index] ^ (1 << bit)]) + BODY[index + 1 :]
            found = proven_id(scheme, [SECRETS[scheme]], Message(headers, changed), time.time())
            assert found is None, (index, bit)


def test_a_flipped_bit_is_a_401_over_http() -> None:
    hook = a_hook()
    headers = signed_headers(Scheme.STANDARD, BODY)
    response = post(hook.slug, BODY.replace(b"firing", b"firinG"), headers)
    assert response.status_code == 401
    assert response.headers["Content-Type"] == "application/problem+json"
    assert not Execution.objects.exists()
    assert not HookDelivery.objects.exists()


@pytest.mark.parametrize(("seconds", "status"), [(-299, 202), (299, 202), (-301, 401), (301, 401)])
def test_five_minutes_either_way(seconds: int, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    hook, now = a_hook(), timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    assert send(hook, at=now.timestamp() + seconds).status_code == status


@pytest.mark.parametrize(
    "timestamp", ["", "0", "-1", "1e9", "NaN", " 1764158400", "1764158400.5", "٣", "9" * 40, "0x10"]
)
def test_a_timestamp_that_is_none(timestamp: str) -> None:
    headers = signed_headers(Scheme.STANDARD, BODY) | {"webhook-timestamp": timestamp}
    assert post(a_hook().slug, BODY, headers).status_code == 401


def test_one_of_several_signatures_is_enough() -> None:
    hook = a_hook()
    headers = signed_headers(Scheme.STANDARD, BODY)
    right = headers["webhook-signature"]
    wrong = "v1," + base64.b64encode(bytes(32)).decode()
    several = " ".join(["v1a,somethingelse", wrong, "", "v2", right])
    assert post(hook.slug, BODY, headers | {"webhook-signature": several}).status_code == 202


def test_too_many_signatures_are_not_all_tried() -> None:
    hook = a_hook()
    headers = signed_headers(Scheme.STANDARD, BODY)
    wrong = ["v1," + base64.b64encode(bytes(32)).decode()] * MOST_SIGNATURES
    many = " ".join([*wrong, headers["webhook-signature"]])
    assert post(hook.slug, BODY, headers | {"webhook-signature": many}).status_code == 401


GARBAGE = ["", " ", "ü", "\x00", "\udcff", "sha256=", "v1,", "v1,=", "Bearer", "Basic !", "x" * 200_000]


@pytest.mark.parametrize("garbage", GARBAGE, ids=[repr(text)[:20] for text in GARBAGE])
@pytest.mark.parametrize("scheme", Scheme.values)
def test_garbage_in_headers_is_a_401(scheme: str, garbage: str) -> None:
    hook = a_hook(scheme=scheme)
    for name in signed_headers(scheme, BODY):
        if name not in ("X-GitHub-Delivery", "webhook-id") or scheme == Scheme.STANDARD:
            headers = signed_headers(scheme, BODY) | {name: garbage}
            assert post(hook.slug, BODY, headers).status_code == 401, name
    assert not Execution.objects.exists()


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_a_401(name: str) -> None:
    headers = signed_headers(Scheme.STANDARD, BODY)
    del headers[name]
    assert post(a_hook().slug, BODY, headers).status_code == 401


def test_a_long_id_is_known_by_its_digest() -> None:
    hook = a_hook()
    for _ in range(2):
        assert send(hook, message_id="m" * 5000).status_code == 202
    delivery = HookDelivery.objects.get()
    assert delivery.message_id.startswith("sha256:")
    assert Execution.objects.count() == 1


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_a_password_will_do_for_what_can_send_no_token() -> None:
    hook = a_hook(scheme=Scheme.BEARER)
    assert post(hook.slug, BODY, basic("anyone", SECRETS[Scheme.BEARER])).status_code == 202
    assert post(hook.slug, BODY, basic("anyone", "guessed")).status_code == 401
    assert post(hook.slug, BODY, basic("anyone", "")).status_code == 401


@pytest.mark.parametrize("scheme", Scheme.values)
def test_the_secret_of_another_scheme_opens_nothing(scheme: str) -> None:
    hook = a_hook(scheme=scheme)
    for other in Scheme.values:
        if other != scheme:
            headers = signed_headers(other, BODY)
            assert post(hook.slug, BODY, headers).status_code == 401


@pytest.mark.parametrize("scheme", Scheme.values)
def test_unknown_and_wrong_are_the_same_from_outside(scheme: str) -> None:
    hook = a_hook(scheme=scheme)
    headers = signed_headers(scheme, BODY, secret=None if scheme == Scheme.STANDARD else "wrong" * 5)
    if scheme == Scheme.STANDARD:
        headers["webhook-signature"] = "v1," + base64.b64encode(bytes(32)).decode()
    wrong, unknown = (post(slug, BODY, headers) for slug in (hook.slug, "no-such-hook"))
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.content == unknown.content
    assert dict(wrong.headers) == dict(unknown.headers)


def test_a_token_of_the_api_opens_no_hook() -> None:
    hook = a_hook(scheme=Scheme.BEARER)
    response: Any = post(hook.slug, BODY, {"Authorization": "Bearer cops_" + "a" * 36})
    assert response.status_code == 401


def test_a_secret_that_cannot_be_opened_opens_nothing(settings: Any) -> None:
    hook = a_hook()
    Hook.objects.filter(pk=hook.pk).update(secret=Secret("gAAAAA-sealed-with-a-key-that-is-gone"))
    assert send(hook).status_code == 401
