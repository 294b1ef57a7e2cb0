"""Old executions go, by age and by number; what goes on, what came last and what is complained of stays."""

from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from executions.models import Execution, ExecutionEvent, ExecutionStep
from executions.retention import delete_old_executions
from executions.services import claim_execution, create_execution
from system import app_settings
from system.alerts import raise_alert, resolve_alert
from system.models import Severity
from tests.executions.past import an_old_execution, backdate, last_line

pytestmark = pytest.mark.django_db


def delete(spared: Q | None = None) -> str:
    return last_line(delete_old_executions(timezone.now(), spared))


def left() -> set[int]:
    return set(Execution.objects.values_list("pk", flat=True))


def test_what_is_too_old_goes_with_all_that_is_about_it() -> None:
    old = [an_old_execution(366 + number) for number in range(3)]
    young = [an_old_execution(364), an_old_execution(1)]
    words = delete()
    assert left() == {execution.pk for execution in young}
    for model in (ExecutionStep, ExecutionEvent):
        assert not model.objects.filter(execution__in=old).exists()
        assert model.objects.filter(execution__in=young).exists()
    assert words.startswith("Deleted 3 executions, 3 steps and 21 events: ")
    assert delete().startswith("Deleted 0 executions, 0 steps and 0 events: ")


def test_what_waits_or_runs_stays_however_old_it_is() -> None:
    waiting, _ = create_execution(agent_type="a", node_id="localhost")
    running, _ = create_execution(agent_type="a", node_id="localhost")
    claim_execution(running.pk, owner="localhost:1")
    for execution in (waiting, running):
        backdate(execution, 900)
    an_old_execution(1, "a")
    app_settings.set_value("retention.executions_most", 100)
    delete()
    assert {waiting.pk, running.pk} <= left()


def test_the_newest_of_an_agent_stays() -> None:
    first, second = an_old_execution(800, "yearly"), an_old_execution(400, "yearly")
    waiting, _ = create_execution(agent_type="yearly", node_id="localhost")
    delete()
    assert left() == {second.pk, waiting.pk}
    assert first.pk not in left()


def test_what_an_open_alert_names_stays_until_it_is_resolved() -> None:
    first, second = an_old_execution(500), an_old_execution(400)
    an_old_execution(1)
    for execution, data in ((first, {"execution": str(first.uid)}), (second, {})):
        raise_alert(
            kind="run-failed",
            key=f"run-failed:{execution.uid}",
            severity=Severity.WARNING,
            title="It failed",
            data={"runs": [data]},
            subject=f"run-failed:{execution.pk}",
        )
    delete()
    assert {first.pk, second.pk} <= left()
    resolve_alert(f"run-failed:{first.pk}")
    delete()
    assert first.pk not in left()
    assert second.pk in left()


def test_of_too_many_the_oldest_go() -> None:
    runs = [an_old_execution(300 - number, lines=0) for number in range(107)]
    app_settings.set_value("retention.executions_most", 102)
    assert delete().startswith("Deleted 5 executions, ")
    assert left() == {execution.pk for execution in runs[5:]}


def test_what_is_spared_stays() -> None:
    spared, other = an_old_execution(500), an_old_execution(500)
    an_old_execution(1)
    delete(Q(pk=spared.pk))
    assert spared.pk in left()
    assert other.pk not in left()


def test_what_was_reported_late_is_as_old_as_the_report() -> None:
    late = an_old_execution(500)
    Execution.objects.filter(pk=late.pk).update(created_at=timezone.now() - timedelta(days=3))
    an_old_execution(1)
    delete()
    assert late.pk in left()
