"""Whatever is killed and whoever decides meanwhile, each run counts once for what it has found."""

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from agents.findings.deciding import Verdict, decide
from agents.findings.waking import wake_snoozed
from agents.models import Finding
from agents.outcomes import follow_outcomes
from system.errors import DomainError
from system.models import Alert, AuditEntry
from tests.agents.finding_runs import DISK, Begun
from tests.faults.home import ROOT, Home

FEWEST = 12
RUNS = 40


def test_killed_at_each_point_it_is_counted_once(any_home: Home) -> None:
    driver = subprocess.run(
        [sys.executable, "-m", "tests.faults.findings_killed"],
        cwd=ROOT,
        env=any_home.environment(DJANGO_SETTINGS_MODULE="claudeops.settings"),
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=True,
    )
    assert int(driver.stdout) > FEWEST
    assert follow_outcomes() == 0
    finding = Finding.objects.get()
    assert (finding.count, finding.regressions, finding.state) == (3, 1, "open")
    kinds = list(Alert.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["finding", "recovered", "finding"]


def test_two_clocks_and_a_person_at_once(any_home: Home) -> None:
    follow_outcomes()
    Begun().end(DISK)
    follow_outcomes()
    is_over = threading.Event()
    decided: list[str] = []

    def until_over(work: Callable[[], object]) -> None:
        try:
            while not is_over.is_set():
                work()
        finally:
            connection.close()

    def person() -> None:
        until = timezone.now() + timedelta(milliseconds=20)
        for verdict in (Verdict.ACKNOWLEDGE, Verdict.SNOOZE, Verdict.RESOLVE, Verdict.REOPEN):
            try:
                decide(
                    Finding.objects.get().pk, verdict, by="ann",
                    until=until + timedelta(seconds=1) if verdict == Verdict.SNOOZE else None,
                )  # fmt: skip
            except DomainError:
                continue
            decided.append(verdict)

    threads = [
        threading.Thread(target=until_over, args=[work])
        for work in (follow_outcomes, follow_outcomes, wake_snoozed, person)
    ]
    for thread in threads:
        thread.start()
    for _ in range(RUNS):
        Begun().end(DISK)
    is_over.set()
    for thread in threads:
        thread.join(30)
    while follow_outcomes():
        pass
    finding = Finding.objects.get()
    assert finding.count == RUNS + 1
    assert sum(finding.days.values()) == RUNS + 1
    assert len(decided) == AuditEntry.objects.filter(action__startswith="finding.").count() > 0
