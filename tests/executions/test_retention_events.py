"""The events of old executions go from the first on, and whoever reads them is told so."""

from typing import Any

import pytest
from django.utils import timezone

from executions.models import Execution, ExecutionEvent
from executions.retention import delete_old_events
from executions.schemas import EventList
from executions.services import changing_totals, create_execution
from system.roles import Role
from tests.api_clients import ApiClient
from tests.console import signed_in
from tests.executions.past import an_old_execution, backdate, last_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> ApiClient:
    return ApiClient(Role.VIEWER)


@pytest.fixture
def old() -> Execution:
    """Seven events, that of its end the last; a younger run of the agent makes it one of many."""
    execution = an_old_execution(91)
    an_old_execution(1)
    return execution


def delete() -> str:
    return last_line(delete_old_events(timezone.now()))


def events_of(execution: Execution) -> int:
    return ExecutionEvent.objects.filter(execution=execution).count()


def text_of(response: Any) -> str:
    return b"".join(response.streaming_content).decode()


def test_of_old_executions_all_events_go_and_the_execution_stays(old: Execution) -> None:
    young = an_old_execution(89)
    assert delete().startswith("Deleted 7 events of 1 executions that ended before ")
    assert (events_of(old), events_of(young)) == (0, 7)
    old.refresh_from_db()
    assert (old.status, old.event_count, old.steps.count()) == ("completed", 7, 1)
    assert delete().startswith("Deleted 0 events of 0 executions ")


def test_what_waits_keeps_its_events() -> None:
    waiting, _ = create_execution(agent_type="a", node_id="localhost")
    backdate(waiting, 500)
    an_old_execution(1, "a")
    delete()
    assert events_of(waiting) == 1


def test_readers_are_told_what_is_missing(old: Execution, viewer: ApiClient) -> None:
    path = f"/executions/{old.uid}"
    assert viewer.get(f"{path}/events").json()["removed"] == 0
    assert "deleted" not in text_of(viewer.get(f"{path}/logs"))
    delete()
    found = viewer.get(f"{path}/events")
    EventList.model_validate_json(found.content)
    assert found.json() == {"items": [], "count": 0, "removed": 7}
    assert "The first 7 events, with their log lines, were deleted" in text_of(viewer.get(f"{path}/logs"))
    detail = viewer.get(f"{path}?include=logs").json()
    assert (detail["events_removed"], detail["logs"]) == (7, [])
    page = signed_in(Role.VIEWER).get(f"/executions/execution/{old.uid}/change/").content.decode()
    assert "The first 7 events, with their log lines, were deleted for their age." in page
    assert "Nothing was logged" not in page


def test_what_comes_later_goes_on_counting(old: Execution, viewer: ApiClient) -> None:
    """A cost that became known after all: numbers are never given twice."""
    delete()
    with changing_totals(old.pk) as change:
        change.add_cost(None, 10, model="m")
    found = viewer.get(f"/executions/{old.uid}/events").json()
    assert [event["seq"] for event in found["items"]] == [8]
    assert (found["count"], found["removed"]) == (1, 7)


def test_a_log_that_was_cut_off_in_its_middle_begins_late(old: Execution, viewer: ApiClient) -> None:
    ExecutionEvent.objects.filter(execution=old, seq__lte=3).delete()
    found = viewer.get(f"/executions/{old.uid}/events").json()
    assert [event["seq"] for event in found["items"]] == [4, 5, 6, 7]
    assert (found["count"], found["removed"]) == (4, 3)
    assert "The first 3 events" in text_of(viewer.get(f"/executions/{old.uid}/logs"))
    delete()
    assert events_of(old) == 0
