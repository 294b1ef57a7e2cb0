"""What became of due times: counted in the index of all of them, and read only where they are few."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When

from executions.models import Status
from scheduling.calendar.days import Day
from scheduling.calendar.outcomes import Entry, Outcome, outcome_of
from scheduling.calendar.schedules import Line
from scheduling.models import Fire, FireState

BAD_ENDS = (Status.FAILED, Status.CANCELLED)
COLUMNS = (
    "pk", "schedule_id", "due_at", "state", "reason", "node_id", "covers", "execution__uid",
    "execution__status", "execution__node_id",
)  # fmt: skip

# Which schedule and day, what became of it, in how many rows, and of how many due times.
Counted = tuple[tuple[int, int], Outcome, int, int]


@dataclass(frozen=True)
class Past:
    """The rows of `schedules` on `days`, which follow one another; there may be no day at all."""

    schedules: Mapping[int, Line]
    days: Sequence[Day]
    node: str = ""

    def _fires(self, schedules: Collection[int]) -> QuerySet[Fire]:
        rows = Fire.objects.filter(
            schedule__in=schedules, due_at__gte=self.days[0].start, due_at__lt=self.days[-1].end
        )
        if self.node:
            rows = rows.filter(Q(node_id=self.node) | Q(node_id="", execution__node_id=self.node))
        return rows.order_by()

    def count_rows(self) -> dict[int, list[int]]:
        """Of each schedule that has any, how many rows each day has.

        Of a week in which an every-minute schedule fired on ten nodes these are 100,000. Counted up to the
        end of each day they come out of the index (schedule, due time) in its order; a GROUP BY of days
        would sort them all, and a look at anything else would read them all.
        """
        if not self.days:
            return {}
        ends = {f"until_{number}": Q(due_at__lt=day.end) for number, day in enumerate(self.days)}
        sums = {name: Count("pk", filter=condition) for name, condition in ends.items()}
        found = self._fires(self.schedules).values("schedule_id").annotate(**sums)
        return {schedule: _steps(until) for schedule, *until in found.values_list("schedule_id", *ends)}

    def read_entries(self, schedules: Collection[int]) -> Iterator[Entry]:
        if not schedules:
            return
        for pk, schedule, at, state, reason, node, covers, uid, status, ran_on in self._fires(
            schedules
        ).values_list(*COLUMNS):
            outcome = outcome_of(state, status)
            on = node or ran_on or ""
            yield Entry(at, self.schedules[schedule], outcome, on, reason, covers, pk, uid)

    def count_outcomes(
        self, schedules: Collection[int], rows: Mapping[int, list[int]]
    ) -> dict[tuple[int, int], dict[Outcome, int]]:
        """Of these schedules by (schedule, number of the day). `rows` are what count_rows gave.

        All are counted as launched but for those that were not, or whose run did not end well: both are few.
        """
        if not schedules:
            return {}
        counts: dict[tuple[int, int], dict[Outcome, int]] = {}
        launched: Counter[tuple[int, int]] = Counter()
        for key, outcome, count, covers in (*self._not_launched(schedules), *self._ended_badly(schedules)):
            counts.setdefault(key, {})[outcome] = covers
            launched[key] -= count
        for schedule in schedules:
            for number, count in enumerate(rows[schedule]):
                if left := count + launched[schedule, number]:
                    counts.setdefault((schedule, number), {})[Outcome.LAUNCHED] = left
        return counts

    def _not_launched(self, schedules: Collection[int]) -> Iterator[Counted]:
        fires = self._fires(schedules).filter(~Q(state=FireState.LAUNCHED)).annotate(day=self._number())
        sums = fires.values("schedule_id", "day", "state").annotate(Count("pk"), Sum("covers"))
        for schedule, day, state, count, covers in sums.values_list(
            "schedule_id", "day", "state", "pk__count", "covers__sum"
        ):
            yield (schedule, day), Outcome(state), count, covers

    def _ended_badly(self, schedules: Collection[int]) -> Iterator[Counted]:
        fires = self._fires(schedules).filter(state=FireState.LAUNCHED, execution__status__in=BAD_ENDS)
        sums = fires.annotate(day=self._number()).values("schedule_id", "day", "execution__status")
        for schedule, day, status, count in sums.annotate(Count("pk")).values_list(
            "schedule_id", "day", "execution__status", "pk__count"
        ):
            yield (schedule, day), Outcome(status), count, count

    def _number(self) -> Case:
        whens = (When(due_at__lt=day.end, then=Value(number)) for number, day in enumerate(self.days))
        return Case(*whens, output_field=IntegerField())


def _steps(until: Sequence[int]) -> list[int]:
    return [end - begin for begin, end in zip([0, *until], until, strict=False)]
