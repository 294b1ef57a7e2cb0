"""Jobs of a test's own, and what runs them without a worker."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time

from django_q.models import OrmQ
from django_q.signing import SignedPackage

from scheduling.job_runs import run_queued
from scheduling.job_times import Daily, When
from scheduling.jobs import Job


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NIGHTLY = Daily(time(2, 30))


def a_job(
    run: Callable[[datetime], str | Iterator[str]] = lambda now: "done",
    when: When = NIGHTLY,
    name: str = "tidy-up",
) -> Job:
    return Job(name, "Tidies up.", when, run)


def messages(node: str) -> list[int]:
    """The runs that the queue of `node` names."""
    payloads = OrmQ.objects.filter(key=node).order_by("id").values_list("payload", flat=True)
    return [SignedPackage.loads(payload)["args"][0] for payload in payloads]


def work(*jobs: Job, node: str = "localhost") -> None:
    """What the workers of `node` do with its queue, every message delivered twice."""
    for run_id in messages(node) * 2:
        run_queued(run_id, owner=f"{node}/1", jobs=jobs)
