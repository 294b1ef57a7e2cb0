import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psutil
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from system import app_settings
from system.metrics import health_of, record_sample
from system.models import SystemMetric
from system.thresholds import Health, Thresholds

pytestmark = pytest.mark.django_db


@contextmanager
def listener() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def closed_port() -> int:
    with listener() as port:
        return port


@pytest.fixture(autouse=True)
def offline(settings: Settings) -> None:
    settings.CONNECTIVITY_TARGETS = [f"127.0.0.1:{closed_port()}"]


def test_a_sample_is_this_machine() -> None:
    metric = record_sample("attic")
    stored = SystemMetric.objects.get()
    assert stored.pk == metric.pk
    assert stored.node_id == "attic"
    assert stored.cpu_usage_percent is not None
    assert abs(stored.memory_usage_percent - psutil.virtual_memory().percent) < 20
    assert stored.disk_total_bytes in {psutil.disk_usage(path).total for path in ("/", "/tmp")}
    assert stored.load_average_15m >= 0
    assert stored.claude_api_latency_ms is None
    assert abs(timezone.now() - stored.timestamp) < timedelta(seconds=30)


def test_connected_when_any_target_answers(settings: Settings) -> None:
    assert record_sample("attic").internet_connected is False
    with listener() as port:
        settings.CONNECTIVITY_TARGETS = [f"127.0.0.1:{closed_port()}", f"127.0.0.1:{port}"]
        assert record_sample("attic").internet_connected is True
    settings.CONNECTIVITY_TARGETS = ["no port", "[::1]:x"]
    assert record_sample("attic").internet_connected is False
    settings.CONNECTIVITY_TARGETS = []
    assert record_sample("attic").internet_connected is None


def test_latency_of_a_server_of_ones_own_is_new_each_time(settings: Settings) -> None:
    with listener() as port:
        settings.ANTHROPIC_BASE_URL = f"http://127.0.0.1:{port}/v1"
        assert record_sample("attic").claude_api_latency_ms in range(1000)
    assert record_sample("attic").claude_api_latency_ms is None


def test_a_url_that_is_none_is_no_latency_and_no_error(settings: Settings) -> None:
    for url in ("http://127.0.0.1:99999", "nonsense", "https://"):
        settings.ANTHROPIC_BASE_URL = url
        assert record_sample("attic").claude_api_latency_ms is None


def test_one_read_and_one_write_and_no_transaction_around_the_network() -> None:
    with CaptureQueriesContext(connection) as queries:
        record_sample("attic")
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "INSERT"]


@pytest.mark.parametrize(
    ("reading", "health"),
    [
        ({}, Health.HEALTHY),
        ({"cpu_usage_percent": 69.9, "memory_usage_percent": 79.9}, Health.HEALTHY),
        ({"disk_usage_percent": 84.9}, Health.HEALTHY),
        ({"cpu_usage_percent": 70.0}, Health.WARNING),
        ({"cpu_usage_percent": 90.0}, Health.CRITICAL),
        ({"cpu_usage_percent": 99.0, "load_average_1m": 0.4, "cores": 1}, Health.HEALTHY),  # for seconds
        ({"cpu_usage_percent": 99.0, "load_average_1m": 0.5, "cores": 1}, Health.CRITICAL),
        ({"memory_usage_percent": 80.0}, Health.WARNING),
        ({"memory_usage_percent": 95.0}, Health.CRITICAL),
        ({"disk_usage_percent": 85.0}, Health.WARNING),
        ({"disk_usage_percent": 95.0, "cpu_usage_percent": 75.0}, Health.CRITICAL),
        ({"load_average_5m": 4.0 * (psutil.cpu_count() or 1)}, Health.CRITICAL),
        ({"internet_connected": False}, Health.HEALTHY),
    ],
)
def test_health_is_the_worst_reading(reading: dict[str, float], health: Health) -> None:
    assert health_of(SystemMetric(**reading), Thresholds()) is health


def test_edited_thresholds_judge_the_next_sample() -> None:
    app_settings.set_value("health.thresholds", {"disk_percent": {"warning": 0, "critical": 0}})
    assert record_sample("attic").overall_health == "critical"
