"""A node whose workers fall silent is told of, unless they were stopped on purpose."""

from datetime import datetime

import pytest
from django.db.models import QuerySet
from pytest_django import Settings

from system.models import Alert, Node
from system.silent_nodes import SilenceWatch
from tests.system.telling import after

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lease(settings: Settings) -> None:
    settings.LEASE_SECONDS = 60


def node(name: str = "nas") -> QuerySet[Node]:
    Node.objects.get_or_create(name=name)
    return Node.objects.filter(name=name)


def look(watch: SilenceWatch, first: int, last: int) -> list[str]:
    """Every ten seconds, as the clock does; what the last look found."""
    found: list[str] = []
    for second in range(first, last + 1, 10):
        found = watch.look(after(second))
    return found


def told() -> list[tuple[str, datetime | None]]:
    return list(Alert.objects.order_by("id").values_list("title", "resolved_at"))


def test_it_is_said_once_and_over_when_it_is_heard_of() -> None:
    nas = node()
    nas.update(worker_seen_at=after(0))
    watch = SilenceWatch()
    assert look(watch, 0, 120) == []
    assert look(watch, 130, 400) == ["nas"]
    assert [title for title, _ in told()] == ["Node nas is silent"]
    nas.update(worker_seen_at=after(405))
    assert look(watch, 410, 420) == []
    assert [title for title, _ in told()] == ["Node nas is silent", "Node nas is heard of again"]
    assert told()[0][1] is not None


def test_one_that_was_stopped_on_purpose_is_not_silent() -> None:
    nas = node()
    nas.update(worker_seen_at=after(0), worker_stopped_at=after(1))
    assert look(SilenceWatch(), 0, 900) == []
    nas.update(worker_seen_at=after(900))
    assert look(SilenceWatch(), 900, 1200) == ["nas"], "it had come back since"


def test_one_that_never_had_workers_is_not_silent() -> None:
    node().update(clock_seen_at=after(0))
    assert look(SilenceWatch(), 0, 900) == []


def test_a_clock_that_was_down_itself_judges_nobody_at_once() -> None:
    node().update(worker_seen_at=after(0))
    watch = SilenceWatch()
    assert look(watch, 3600, 3600 + 120) == []
    assert look(watch, 3600 + 130, 3600 + 130) == ["nas"]


@pytest.mark.parametrize("jump", [3600, -3600])
def test_a_machine_that_slept_or_a_clock_that_was_set_begins_anew(jump: int) -> None:
    nas = node()
    nas.update(worker_seen_at=after(0))
    watch = SilenceWatch()
    look(watch, 0, 100)
    nas.update(worker_seen_at=after(min(0, jump)))
    assert look(watch, 100 + jump, 100 + jump + 120) == []


def test_a_node_that_was_deleted_is_silent_no_more() -> None:
    node().update(worker_seen_at=after(0))
    watch = SilenceWatch()
    assert look(watch, 0, 200) == ["nas"]
    Node.objects.all().delete()
    assert look(watch, 210, 210) == []
    assert told()[0][1] is not None
    assert len(told()) == 1
