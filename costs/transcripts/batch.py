"""What is to be done with one batch of answers, given what the ledger has already."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from costs.models import CostRecord
from costs.transcripts.identity import message_prefix, plain_id
from costs.transcripts.lines import Answer, Rank

Moments = set[tuple[str, datetime, str]]  # what a recorded id begins with, when it was, and the id


@dataclass
class Candidate:
    answer: Answer
    where: str  # file:line
    record: CostRecord | None = None  # made when it is known to be needed


@dataclass(frozen=True, slots=True)
class Known:
    """`rank` is None for what no import wrote: it stays as it is."""

    rank: Rank | None
    cost: Decimal | None


@dataclass
class Settled:
    added: int = 0
    updated: int = 0
    withdrawn: int = 0
    total_usd: Decimal = Decimal(0)
    unpriced: Counter[str] = field(default_factory=Counter)

    def add(self, model: str, cost: Decimal | None, before: Known | None) -> None:
        if before is None:
            self.added += 1
        else:
            self.updated += 1
        self.total_usd += (cost or 0) - ((before and before.cost) or 0)
        if cost is None:
            self.unpriced[model] += 1

    def withdraw(self, before: Known) -> None:
        self.withdrawn += 1
        self.total_usd -= before.cost or 0


@dataclass
class Plan:
    """The keys of a batch that are new, that replace what is known, and what must not stay beside others."""

    new: list[str] = field(default_factory=list)
    better: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)


def make_plan(batch: Mapping[str, Candidate], known: Mapping[str, Known], moments: Moments) -> Plan:
    plan = Plan()
    places = _places(moments)
    for key, candidate in batch.items():
        before = known.get(key)
        # One after the other: of two that repeat each other one has to stay.
        at_place = places[message_prefix(candidate.answer), candidate.answer.at]
        if _is_recorded_otherwise(candidate.answer, known, at_place - {key}):
            at_place.discard(key)
            if before is not None and before.rank is not None:
                plan.withdrawn.append(key)
        elif before is None:
            at_place.add(key)
            plan.new.append(key)
        elif before.rank is not None and candidate.answer.rank > before.rank:
            at_place.add(key)
            plan.better.append(key)
    return plan


def moments_of(batch: Mapping[str, Candidate]) -> Moments:
    """Of what is no side chain's: see _is_recorded_otherwise."""
    return {
        (message_prefix(one.answer), one.answer.at, key)
        for key, one in batch.items()
        if not one.answer.is_sidechain
    }


def _places(moments: Moments) -> dict[tuple[str, datetime], set[str]]:
    places: dict[tuple[str, datetime], set[str]] = defaultdict(set)
    for prefix, at, key in moments:
        places[prefix, at].add(key)
    return places


def _is_recorded_otherwise(answer: Answer, known: Mapping[str, Known], others: set[str]) -> bool:
    """By the run of an agent that made the request; or, for a side chain, by the conversation that it came
    from, whose answers it may repeat with other request ids (but the same message ids and times).
    """
    return plain_id(answer) in known or (may_repeat(answer) and bool(others))


def may_repeat(answer: Answer) -> bool:
    return answer.is_sidechain and bool(answer.message_id)


def repeatable(batch: Mapping[str, Candidate]) -> Iterable[Answer]:
    return (one.answer for one in batch.values() if may_repeat(one.answer))
