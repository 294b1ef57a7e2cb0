"""Who asks too often is told when to come back, and a header does not help."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from system import rates, tallies
from system.rates import Buckets, SharedWindows, TooManyRequests, check_rate, shared_windows
from system.roles import Role
from system.tokens import create_token
from tests.api_clients import ApiClient
from tests.console import signed_in

pytestmark = pytest.mark.django_db

READ = "/api/v1/executions"


def require_too_many(response: Any) -> None:
    assert response.status_code == 429
    assert response["Content-Type"] == "application/problem+json"
    assert 1 <= int(response["Retry-After"]) <= 60
    assert "times a minute" in response.json()["detail"]


def test_a_token_has_its_own_limit(settings: Settings) -> None:
    settings.RATE_PER_TOKEN = 3
    client, another = ApiClient(Role.VIEWER), ApiClient(Role.ADMIN)
    assert [client.get("/executions").status_code for _ in range(3)] == [200] * 3
    require_too_many(client.get("/executions"))
    assert another.get("/executions").status_code == 200


def test_a_session_too(settings: Settings) -> None:
    settings.RATE_PER_TOKEN = 2
    browser = signed_in(Role.VIEWER)
    assert [browser.get(READ).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(
    "path", ["/api/v1/system/health", READ, "/api/v1/openapi.json", "/api/no", "/metrics"]
)
def test_an_address_has_one_for_whatever_it_asks(settings: Settings, path: str) -> None:
    settings.RATE_PER_ADDRESS = 3
    for _ in range(3):
        assert Client().get(path).status_code != 429
    require_too_many(Client().get(path))
    assert Client(REMOTE_ADDR="10.0.0.2").get(path).status_code != 429
    assert Client().get("/login/").status_code == 200


def test_a_forwarded_header_does_not_pass_it(settings: Settings) -> None:
    settings.RATE_PER_ADDRESS = 3
    answers = [
        Client(headers={"X-Forwarded-For": f"10.0.0.{number}"}).get(READ).status_code for number in range(5)
    ]
    assert answers == [401, 401, 401, 429, 429]


def test_behind_a_proxy_of_ours_it_tells_clients_apart(settings: Settings) -> None:
    settings.RATE_PER_ADDRESS, settings.PROXIES = 1, 1
    answers = [
        Client(headers={"X-Forwarded-For": f"{number}.6.6.6, 10.0.0.{number % 2}"}).get(READ).status_code
        for number in range(4)
    ]
    assert answers == [401, 401, 429, 429]


def test_another_address_of_ones_own_network_does_not_pass_it(settings: Settings) -> None:
    settings.RATE_PER_ADDRESS = 2
    answers = [Client(REMOTE_ADDR=f"2001:db8::{number}").get(READ).status_code for number in range(1, 4)]
    assert answers == [401, 401, 429]


def test_no_limit(settings: Settings) -> None:
    settings.RATE_PER_ADDRESS = settings.RATE_PER_TOKEN = 0
    client = ApiClient(Role.VIEWER)
    assert {client.get("/executions").status_code for _ in range(20)} == {200}


def test_a_bucket_fills_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    buckets = Buckets()
    assert [buckets.take("a", 60) for _ in range(60)] == [0.0] * 60
    assert buckets.take("a", 60) == pytest.approx(1.0)
    now += 1
    assert buckets.take("a", 60) == 0.0
    assert buckets.take("a", 60) > 0
    now += 3600
    assert [buckets.take("a", 60) for _ in range(61)].count(0.0) == 60


def test_buckets_that_are_full_again_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    monkeypatch.setattr(rates, "MOST_BUCKETS", 10)
    buckets = Buckets()
    for number in range(10):
        buckets.take(f"old {number}", 1)
    now += 61
    buckets.take("new", 1)
    assert buckets.take("new", 1) > 0
    assert buckets.take("old 1", 1) == 0.0


@pytest.mark.redis
def test_with_redis_all_processes_count_together(settings: Settings, shared_counts: None) -> None:
    for _ in range(3):
        check_rate("caller:x", 3, whose="x")
        shared_windows.clear()  # as another process is
    with pytest.raises(TooManyRequests) as refusal:
        check_rate("caller:x", 3, whose="x")
    assert 1 <= (refusal.value.retry_after or 0) <= 60


@pytest.mark.redis
def test_with_redis_what_one_process_counts_is_told_to_the_others(
    shared_counts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    mine, others = SharedWindows(), SharedWindows()
    assert [mine.take("x", 10) for _ in range(8)] == [0.0] * 8
    assert others.take("x", 10) == 0.0  # it knows of the first of mine alone
    now += 1
    assert mine.take("x", 10) == 0.0
    now += 1
    assert others.take("x", 10) > 0
    assert mine.take("y", 10) == 0.0


def test_a_redis_that_is_away_leaves_each_process_to_itself(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallies, "away_until", 0.0)  # and back to it afterwards
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    away = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": settings.REDIS_URL}
    settings.CACHES = {**settings.CACHES, "doors": away}
    settings.RATE_PER_TOKEN = 2
    client = ApiClient(Role.VIEWER)
    assert [client.get("/executions").status_code for _ in range(3)] == [200, 200, 429]


def test_a_token_opens_its_areas_alone(settings: Settings) -> None:
    _, raw = create_token("agent elsewhere", Role.OPERATOR, areas=["tracking"])
    client = Client(headers={"Authorization": f"Bearer {raw}"})
    body = {"agent_type": "x", "entries": []}
    assert client.post("/api/v1/tracking/executions", body, "application/json").status_code == 201
    for path in (READ, "/api/v1/agents", "/api/v1/system/metrics", "/api/v1/dashboard/stats"):
        refused = client.get(path)
        assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert "opens tracking, not executions" in client.get(READ).json()["detail"]
