"""What is said of findings: once until it changes, and nothing of what somebody has seen to."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agents.findings.deciding import Verdict, decide
from agents.findings.waking import wake_snoozed
from agents.models import Finding
from agents.outcomes import follow_outcomes
from system.models import Alert
from system.notifications.routing import begun_by
from tests.agents.finding_runs import DISK, Begun, found, run, the_finding

pytestmark = pytest.mark.django_db
SINCE: list[int] = []


@pytest.fixture(autouse=True)
def _from_now_on(db: None) -> None:
    SINCE[:] = [0]
    follow_outcomes()


def said() -> list[str]:
    """What was said since the last time."""
    new = list(Alert.objects.filter(pk__gt=SINCE[0]).order_by("pk"))
    SINCE[0] = new[-1].pk if new else SINCE[0]
    return [alert.title for alert in new]


def snooze(finding: Finding, **more: Any) -> Finding:
    until = timezone.now() + timedelta(**(more or {"hours": 8}))
    return decide(finding.pk, Verdict.SNOOZE, by="ann", until=until)


def snooze_is_over(finding: Finding) -> None:
    Finding.objects.filter(pk=finding.pk).update(snoozed_until=timezone.now() - timedelta(seconds=1))


def test_what_is_new_is_said_once_with_all_that_one_run_found() -> None:
    run(DISK, "Memory at 91 %", found("Largest: /srv", "info"))
    assert said() == ["disk on nas: Disk / at 96 % and 1 more"]
    alert = Alert.objects.get()
    assert (alert.kind, alert.severity, alert.agent_type, alert.node_id) == (
        "finding",
        "warning",
        "disk",
        "nas",
    )
    assert alert.detail.splitlines()[0] == "Disk / at 96 %: what shows Disk / at 96 %"
    assert alert.data["findings"] == [the_finding().pk, the_finding("Memory").pk]
    assert not alert.is_open, "that it is there the findings say, and not the alerts"
    run("Disk / at 97 %", "Memory at 92 %", found("Largest: /srv", "info"))
    assert said() == []


def test_its_end_is_said_to_who_was_told_of_it() -> None:
    run(DISK)
    run()
    assert said() == ["disk on nas: Disk / at 96 %", "disk on nas: gone: Disk / at 96 %"]
    first, last = Alert.objects.order_by("pk")
    assert last.kind == "recovered"
    assert begun_by([last]) == {last.pk: first}
    run(DISK)
    assert said() == ["disk on nas: Disk / at 96 %"]
    assert "(back again)" in Alert.objects.latest("pk").detail


def test_of_what_was_resolved_by_hand_no_end_is_said() -> None:
    run(DISK)
    decide(the_finding().pk, Verdict.RESOLVE, by="ann")
    run()
    assert said() == ["disk on nas: Disk / at 96 %"]


def test_what_gets_graver_is_said_again_and_what_moves_to_and_fro_is_not() -> None:
    run(found(DISK, "info"))
    assert said() == []
    run(DISK)
    assert said() == ["disk on nas: Disk / at 96 %"]
    assert "(graver than before)" in Alert.objects.latest("pk").detail
    run(found(DISK, "info"))
    run(DISK)
    assert said() == []
    run(found(DISK, "critical"))
    assert said() == ["disk on nas: Disk / at 96 %"]
    assert Alert.objects.latest("pk").kind == "critical-finding"
    run(DISK)
    assert said() == ["disk on nas finds nothing critical any more"]


def test_nothing_is_said_of_what_was_acknowledged_until_it_gets_graver() -> None:
    run(DISK)
    decide(the_finding().pk, Verdict.ACKNOWLEDGE, by="ann")
    said()
    run("Disk / at 97 %")
    assert said() == []
    assert the_finding().state == "acknowledged"
    run(found("Disk / at 98 %", "critical"))
    assert said() == ["disk on nas: Disk / at 98 %"]
    assert (the_finding().state, the_finding().state_by) == ("open", "")


def test_the_end_of_what_was_acknowledged_is_said() -> None:
    run(DISK)
    decide(the_finding().pk, Verdict.ACKNOWLEDGE, by="ann")
    said()
    run()
    assert said() == ["disk on nas: gone: Disk / at 96 %"]
    run(DISK)
    assert said() == ["disk on nas: Disk / at 96 %"], "what comes back is nobody's"


def test_a_snooze_holds_while_it_goes_and_comes_back() -> None:
    run(DISK)
    snooze(the_finding())
    said()
    run()
    assert the_finding().state == "resolved"
    run(DISK)
    assert (the_finding().state, the_finding().regressions) == ("snoozed", 1)
    assert said() == []


def test_a_snooze_does_not_hold_what_comes_back_graver() -> None:
    run(DISK)
    snooze(the_finding())
    run()
    said()
    run(found(DISK, "critical"))
    assert the_finding().state == "open"
    assert said() == ["disk on nas: Disk / at 96 %"]


def test_what_is_still_there_after_its_snooze_is_open_and_said() -> None:
    run(DISK)
    said()
    snooze(the_finding())
    assert (wake_snoozed(), said()) == (0, [])
    snooze_is_over(the_finding())
    assert wake_snoozed() == 1
    assert said() == ["disk on nas: still there after its snooze: Disk / at 96 %"]
    assert (the_finding().state, the_finding().state_by, the_finding().snoozed_until) == ("open", "", None)
    assert (wake_snoozed(), said()) == (0, [])
    run("Disk / at 97 %")
    assert said() == []
    run()
    assert said() == ["disk on nas: gone: Disk / at 97 %"]


def test_what_is_gone_when_its_snooze_is_over_is_not_spoken_of() -> None:
    run(DISK)
    snooze(the_finding())
    run()
    said()
    snooze_is_over(the_finding())
    assert (wake_snoozed(), said()) == (0, [])
    run(DISK)
    assert the_finding().state == "open"
    assert said() == ["disk on nas: Disk / at 96 %"]


def test_a_snooze_costs_the_clock_one_query(django_assert_num_queries: Any) -> None:
    run(DISK)
    snooze(the_finding())
    with django_assert_num_queries(1):
        assert wake_snoozed() == 0


# The alert of all that an agent finds critical, where some of it is somebody's already.


def test_critical_what_is_new_beside_it_is_said_and_it_is_not() -> None:
    run(found(DISK, "critical"))
    decide(the_finding().pk, Verdict.ACKNOWLEDGE, by="ann")
    said()
    run(found("Disk / at 97 %", "critical"))
    assert said() == []
    assert Alert.objects.get(kind="critical-finding").is_open
    run(found(DISK, "critical"), found("Memory at 99 %", "critical"))
    assert said() == ["disk on nas: Memory at 99 %"]
    run(found(DISK, "critical"))
    assert said() == ["disk on nas finds nothing else critical any more"]
    run()
    assert said() == []


def test_critical_of_two_the_other_is_not_said_again() -> None:
    run(found(DISK, "critical"), found("Memory at 99 %", "critical"))
    decide(the_finding().pk, Verdict.ACKNOWLEDGE, by="ann")
    said()
    run(found("Disk / at 97 %", "critical"), found("Memory at 98 %", "critical"))
    assert said() == []
    run()
    assert said() == ["disk on nas finds nothing critical any more"]


def test_critical_of_a_trial_what_is_somebodys_is_not_said_either() -> None:
    run(found(DISK, "critical"))
    decide(the_finding().pk, Verdict.ACKNOWLEDGE, by="ann")
    run()
    run(found(DISK, "critical"))
    decide(the_finding().pk, Verdict.ACKNOWLEDGE, by="ann")
    said()
    Begun(overrides={"analysis": {"mode": "rules"}}).end(found("Disk / at 97 %", "critical"))
    follow_outcomes()
    assert said() == []
