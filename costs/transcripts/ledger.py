"""Batches of answers into the ledger: records, and the sums of their days, in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from costs.models import CostRecord
from costs.rates import PriceList
from costs.services import INSERTED
from costs.transcripts.batch import (
    Candidate,
    Known,
    Moments,
    Plan,
    Settled,
    make_plan,
    moments_of,
    repeatable,
)
from costs.transcripts.day_changes import DayChanges
from costs.transcripts.identity import PREFIX, message_prefix, message_prefix_of, plain_id
from costs.transcripts.lines import rank_of
from costs.unpriced import warn_unpriced
from executions.models import Trigger
from executions.services import writing
from system.statements import insert_rows, update_rows

# A person's record stays on the node, and under the name, under which it was first imported.
KEPT = ("execution_id", "agent_type", "node_id", "triggered_by", "trigger_source", "is_first", "request_id")


@dataclass
class Ledger:
    agent_type: str
    node_id: str

    def unsettled(self, batch: Mapping[str, Candidate]) -> dict[str, Candidate]:
        """Those that would change something as things are now; settle() looks again where it counts."""
        plan = self._plan(batch)
        return {key: batch[key] for key in (*plan.new, *plan.better, *plan.withdrawn)}

    def settle(self, batch: Mapping[str, Candidate], prices: PriceList) -> Settled:
        """All of it or nothing. Each candidate has its record, by `prices`. Raises SumsOverflow."""
        if not batch:
            return Settled()
        with writing():
            known = self._known(batch)
            plan = make_plan(batch, known, self._moments(batch))
            self._write(plan, batch)
            _warn_of((_record(batch[key]) for key in (*plan.new, *plan.better)), prices)
        return _settled(plan, batch, known)

    def _plan(self, batch: Mapping[str, Candidate]) -> Plan:
        return make_plan(batch, self._known(batch), self._moments(batch))

    def _known(self, batch: Mapping[str, Candidate]) -> dict[str, Known]:
        plain = (plain_id(candidate.answer) for candidate in batch.values())
        rows = CostRecord.objects.filter(request_id__in=[*batch, *filter(None, plain)]).values_list(
            "request_id", "execution_id", "model_used", "usage", "timestamp", "total_cost_usd"
        )
        return {
            key: Known(
                rank_of(model, usage, at) if key.startswith(PREFIX) and execution is None else None, cost
            )
            for key, execution, model, usage, at, cost in rows
            if key is not None
        }

    def _moments(self, batch: Mapping[str, Candidate]) -> Moments:
        times = {answer.at for answer in repeatable(batch)}
        if not times:
            return set()
        rows = CostRecord.objects.filter(timestamp__in=times, request_id__startswith=PREFIX)
        return moments_of(batch) | {
            (message_prefix_of(key), at, key)
            for key, at in rows.values_list("request_id", "timestamp")
            if key
        }

    def _write(self, plan: Plan, batch: Mapping[str, Candidate]) -> None:
        days = DayChanges()
        known = CostRecord.objects.filter(request_id__in=[*plan.better, *plan.withdrawn])
        old = {record.request_id: record for record in known}
        records = [self._new_record(key, batch[key]) for key in plan.new]
        insert_rows(CostRecord, INSERTED, (_values(record) for record in records))
        for record in records:
            days.add(record)
        for key in plan.better:
            days.take(old[key])
            days.add(_replace(old[key], batch[key]))
        for key in plan.withdrawn:
            days.take(old[key])
        CostRecord.objects.filter(request_id__in=plan.withdrawn).delete()
        days.write()

    def _new_record(self, key: str, candidate: Candidate) -> CostRecord:
        record = _record(candidate)
        record.request_id = key
        record.agent_type = self.agent_type
        record.node_id = self.node_id
        record.triggered_by = Trigger.MANUAL
        return record


@dataclass
class Rehearsal(Ledger):
    """Writes nothing. What it would have written it remembers: some 500 bytes for each answer."""

    _written: dict[str, Known] = field(default_factory=dict)
    _at: dict[tuple[str, datetime], set[str]] = field(default_factory=lambda: defaultdict(set))

    def settle(self, batch: Mapping[str, Candidate], prices: PriceList) -> Settled:
        known = self._known(batch)
        plan = make_plan(batch, known, self._moments(batch))
        for key in (*plan.new, *plan.better):
            record = _record(batch[key])
            self._written[key] = Known(batch[key].answer.rank, record.total_cost_usd)
            self._at[message_prefix_of(key), record.timestamp].add(key)
        return _settled(plan, batch, known)

    def _known(self, batch: Mapping[str, Candidate]) -> dict[str, Known]:
        written = {key: self._written[key] for key in batch if key in self._written}
        return {**super()._known(batch), **written}

    def _moments(self, batch: Mapping[str, Candidate]) -> Moments:
        places = {(message_prefix(answer), answer.at) for answer in repeatable(batch)}
        written = {(*place, key) for place in places & self._at.keys() for key in self._at[place]}
        return super()._moments(batch) | written


def _settled(plan: Plan, batch: Mapping[str, Candidate], known: Mapping[str, Known]) -> Settled:
    settled = Settled()
    for key in (*plan.new, *plan.better):
        record = _record(batch[key])
        settled.add(record.model_used, record.total_cost_usd, known.get(key))
    for key in plan.withdrawn:
        settled.withdraw(known[key])
    return settled


def _warn_of(records: Iterable[CostRecord], prices: PriceList) -> None:
    """Once for each model, and for each set of models that answered together."""
    unpriced = {}
    for record in records:
        if record.total_cost_usd is None:
            iterations = record.usage.get("iterations") or ()
            models = frozenset(entry.get("model") for entry in iterations)
            unpriced[record.model_used, models] = record
    for record in unpriced.values():
        warn_unpriced(record, prices)


def _replace(old: CostRecord, candidate: Candidate) -> CostRecord:
    record = _record(candidate)
    for name in KEPT:
        setattr(record, name, getattr(old, name))
    changes = {name: getattr(record, name) for name in INSERTED if name not in KEPT}
    update_rows(CostRecord, {"id": old.pk}, changes)
    return record


def _record(candidate: Candidate) -> CostRecord:
    if candidate.record is None:
        raise ValueError(f"{candidate.where} was not priced")
    return candidate.record


def _values(record: CostRecord) -> list[object]:
    return [getattr(record, name) for name in INSERTED]
