"""A calendar: which due times are shown one by one, and which as one line a day."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduling.calendar.ahead import Ahead, outcome_ahead
from scheduling.calendar.days import Day, number_of
from scheduling.calendar.outcomes import Band, Entry, Outcome
from scheduling.calendar.past import Past
from scheduling.calendar.schedules import MOST_SCHEDULES, Line, Wanted, read_schedules

MOST_ENTRIES = 1500
# What is due more often on a day is one line of it: on a page of one day there is room for what is due
# hourly, also where the day has 25 hours.
OFTEN = 12
OFTEN_ON_ONE_DAY = 25


@dataclass(frozen=True)
class Calendar:
    """By the number of the day: what is shown one by one, in order, and the bands.

    `notes` are sentences about what is not in it; `paused` are schedules that have nothing due for that.
    """

    zone: ZoneInfo
    days: Sequence[Day]
    entries: Sequence[Sequence[Entry]]
    bands: Sequence[Sequence[Band]]
    notes: Sequence[str]
    paused: int
    schedules: int

    @property
    def counts(self) -> Counter[Outcome]:
        """How many due times of all days had or have which outcome."""
        found: Counter[Outcome] = Counter()
        for band in (band for bands in self.bands for band in bands):
            found.update(band.counts)
        for entry in (entry for entries in self.entries for entry in entries):
            found[entry.outcome] += entry.covers
        return found


def build_calendar(days: Sequence[Day], zone: ZoneInfo, wanted: Wanted, now: datetime) -> Calendar:
    """At most five queries, and MOST_ENTRIES rows, however many fires and schedules there are."""
    schedules, is_cut = read_schedules(wanted)
    past = Past(schedules, [day for day in days if day.start <= now], wanted.node)
    ahead = Ahead([line for line in schedules.values() if line.is_due_on(wanted.node)], days)
    rows = past.count_rows()
    listed, is_crowded = _listed(rows, ahead.counts, OFTEN if len(days) > 1 else OFTEN_ON_ONE_DAY)
    banded = [pk for pk in schedules if pk not in listed and (pk in rows or pk in ahead.counts)]
    coming = [schedules[pk] for pk in listed if pk in ahead.counts]
    entries = list(past.read_entries([pk for pk in listed if pk in rows]))
    entries += _with_conflicts(list(ahead.entries(coming)))
    return Calendar(
        zone,
        days,
        _by_day(entries, days),
        _bands(
            schedules, banded, past.count_outcomes([pk for pk in banded if pk in rows], rows), ahead, days
        ),
        list(_notes(is_cut=is_cut, is_crowded=is_crowded)),
        paused=sum(not schedule.enabled for schedule in schedules.values()),
        schedules=len(schedules),
    )


def _listed(rows: Mapping[int, list[int]], due: Mapping[int, list[int]], often: int) -> tuple[set[int], bool]:
    """The schedules that are shown one by one: those with the fewest due times, as long as there is room."""
    sums, dense = Counter[int](), set[int]()
    for counts in (rows, due):
        for pk, of_days in counts.items():
            sums[pk] += sum(of_days)
            if max(of_days) > often:
                dense.add(pk)
    listed, room = set[int](), MOST_ENTRIES
    for pk in sorted(sums.keys() - dense, key=lambda pk: (sums[pk], pk)):
        room -= sums[pk]
        if room < 0:
            return listed, True
        listed.add(pk)
    return listed, False


def _with_conflicts(entries: list[Entry]) -> list[Entry]:
    """Said of what is still due: what has come is told by what became of it."""
    minutes: dict[datetime, list[Entry]] = defaultdict(list)
    for entry in entries:
        minutes[entry.at].append(entry)
    for together in minutes.values():
        agents = Counter(entry.schedule.agent_type for entry in together)
        for entry in together:
            entry.together, entry.same_agent = len(together) - 1, agents[entry.schedule.agent_type] - 1
    return entries


def _by_day(entries: Iterable[Entry], days: Sequence[Day]) -> list[list[Entry]]:
    found: list[list[Entry]] = [[] for _ in days]
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.schedule.name, entry.node)):
        found[number_of(days, entry.at)].append(entry)
    return found


def _bands(
    schedules: Mapping[int, Line],
    banded: Collection[int],
    counts: Mapping[tuple[int, int], dict[Outcome, int]],
    ahead: Ahead,
    days: Sequence[Day],
) -> list[list[Band]]:
    found: list[list[Band]] = [[] for _ in days]
    nothing = [0] * len(days)
    for pk in banded:
        schedule = schedules[pk]
        for number, due in enumerate(ahead.counts.get(pk, nothing)):
            of_day = counts.get((pk, number), {})
            if due:
                of_day = {**of_day, outcome_ahead(schedule): due}
            if of_day:
                found[number].append(Band(schedule, of_day))
    for bands in found:
        bands.sort(key=lambda band: (-band.total, band.schedule.name))
    return found


def _notes(*, is_cut: bool, is_crowded: bool) -> Iterator[str]:
    if is_cut:
        yield f"Only the first {MOST_SCHEDULES:,} schedules by name are in it: choose an agent or a schedule."
    if is_crowded:
        yield (
            f"There are more than {MOST_ENTRIES:,} due times that could be shown one by one: of the schedules"
            " that have the most of them each day is one line. Choose an agent, a node or a schedule to see"
            " their hours."
        )
