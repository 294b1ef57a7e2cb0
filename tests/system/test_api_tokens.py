"""A token opens the API while it is in force; what is stored of it opens nothing."""

import io
import time
import zlib
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from system.authentication import principal_of_token
from system.models import ApiToken
from system.roles import Role
from system.tokens import BASE62, create_token, find_token, is_well_formed

pytestmark = pytest.mark.django_db

Queries = Any


def number_of(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * 62 + BASE62.index(digit)
    return number


def test_a_token_is_a_prefix_random_characters_and_their_checksum() -> None:
    _, raw = create_token("ci", Role.VIEWER)
    assert (raw[:5], len(raw)) == ("cops_", 41)
    assert set(raw[5:]) <= set(BASE62)
    assert number_of(raw[35:]) == zlib.crc32(raw[5:35].encode())


def test_two_tokens_are_different() -> None:
    assert create_token("a", Role.VIEWER)[1] != create_token("a", Role.VIEWER)[1]


def test_only_the_hash_and_the_first_characters_are_stored() -> None:
    token, raw = create_token("ci", Role.OPERATOR)
    stored = ApiToken.objects.filter(pk=token.pk).values().get()
    assert stored["digest"] == sha256(raw.encode()).hexdigest()
    assert stored["prefix"] == raw[:12]
    assert raw not in str(stored)
    assert raw[12:] not in str(stored)


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw[:-1] + ("a" if raw[-1] != "a" else "b"),
        lambda raw: raw[:20] + ("a" if raw[20] != "a" else "b") + raw[21:],
        lambda raw: raw + "0",
        lambda raw: raw[:-1],
        lambda raw: raw.replace("cops_", "sops_"),
        lambda raw: raw[:-1] + "é",
        lambda raw: "",
    ],
)
def test_a_bad_checksum_is_refused_without_a_query(change: Any, django_assert_num_queries: Queries) -> None:
    _, raw = create_token("ci", Role.ADMIN)
    with django_assert_num_queries(0):
        assert find_token(change(raw)) is None


def test_an_unknown_token_with_a_good_checksum_is_refused() -> None:
    token, raw = create_token("ci", Role.ADMIN)
    token.delete()
    assert is_well_formed(raw)
    assert find_token(raw) is None


def test_a_revoked_and_an_expired_token_are_refused() -> None:
    now = timezone.now()
    revoked, first = create_token("revoked", Role.ADMIN)
    ApiToken.objects.filter(pk=revoked.pk).update(revoked_at=now)
    _, second = create_token("expired", Role.ADMIN, expires_at=now - timedelta(seconds=1))
    _, third = create_token("in force", Role.ADMIN, expires_at=now + timedelta(hours=1))
    assert find_token(first) is None
    assert find_token(second) is None
    assert find_token(third) is not None


def test_its_use_is_noted_once_a_minute(django_assert_num_queries: Queries) -> None:
    token, raw = create_token("ci", Role.VIEWER)
    find_token(raw)
    first = ApiToken.objects.get(pk=token.pk).last_used_at
    assert first is not None
    with django_assert_num_queries(1):
        find_token(raw)
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=first - timedelta(seconds=61))
    find_token(raw)
    noted = ApiToken.objects.get(pk=token.pk).last_used_at
    assert noted is not None
    assert noted > first - timedelta(seconds=1)


def test_a_token_is_believed_for_a_moment_without_a_query(django_assert_num_queries: Queries) -> None:
    _, raw = create_token("ci", Role.VIEWER)
    principal_of_token(raw)
    with django_assert_num_queries(0):
        principal = principal_of_token(raw)
    assert principal is not None
    assert (principal.name, principal.role) == ("ci", Role.VIEWER)


def test_a_token_that_expires_is_not_believed_a_moment_longer() -> None:
    _, raw = create_token("ci", Role.VIEWER, expires_at=timezone.now() + timedelta(seconds=0.3))
    assert principal_of_token(raw) is not None
    deadline = time.monotonic() + 2
    while principal_of_token(raw) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_revoked_token_is_refused_within_five_seconds() -> None:
    token, raw = create_token("ci", Role.VIEWER)
    client = Client(headers={"Authorization": f"Bearer {raw}"})
    assert client.get("/api/v1/executions").status_code == 200
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=timezone.now())
    deadline = time.monotonic() + 5
    while client.get("/api/v1/executions").status_code != 401:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def created(*arguments: str) -> list[str]:
    out = io.StringIO()
    call_command("create_api_token", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_the_command_prints_the_token_alone_on_its_last_line() -> None:
    token = find_token(created("nightly", "--role", "operator")[-1])
    assert token is not None
    assert (token.name, token.role) == ("nightly", "operator")


@pytest.mark.parametrize("arguments", [("x" * 101, "--role", "viewer"), (" ", "--role", "viewer"), ("a\0",)])
def test_the_command_refuses_a_name_that_is_none(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        created(*arguments)
    assert not ApiToken.objects.exists()


def test_the_command_refuses_an_unknown_role() -> None:
    with pytest.raises(CommandError, match="invalid choice: 'owner'"):
        created("ci", "--role", "owner")
