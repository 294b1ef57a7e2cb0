"""Executions that were held: let go, the first first, as soon as the limits allow it."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from agents.limits import LaunchRefused, Limits
from agents.models import AgentConfiguration, Hold, Turn
from agents.queue import enqueue
from agents.turns import give_turns
from executions.models import ACTIVE, Status
from executions.services import end_held, let_go, writing
from system.errors import NotFound

# A pass is one of the duties that must not keep the others waiting.
MOST_AT_ONCE = 10
LOOKED_THROUGH = 50


def release_held() -> int:
    """Let go, or end, what can be now: a few at a time; how many. Any number of clocks may do so at once."""
    waiting = list(Hold.objects.order_by().values_list("agent_type", flat=True).distinct())
    if not waiting:
        return 0
    done = _end_hopeless(waiting)
    for agent_type in _ready(waiting):
        while done < MOST_AT_ONCE and _release_next(agent_type):
            done += 1
    return done


def forget_cancelled() -> int:
    """Drop the holds of what was cancelled while it waited; how many."""
    if not Hold.objects.exists():
        return 0  # mostly so: a DELETE would take the write lock, and look through all executions
    return Hold.objects.exclude(execution__status=Status.PENDING).delete()[0]


def _end_hopeless(waiting: list[str]) -> int:
    """Of agents that are gone or were disabled: nobody would ever let them go."""
    known = dict(
        AgentConfiguration.objects.filter(agent_type__in=waiting).values_list("agent_type", "enabled")
    )
    hopeless = [agent_type for agent_type in waiting if not known.get(agent_type)]
    if not hopeless:
        return 0
    holds = list(Hold.objects.filter(agent_type__in=hopeless)[:MOST_AT_ONCE])
    for hold in holds:
        what = "disabled" if hold.agent_type in known else "deleted"
        _end(hold, f"The agent {hold.agent_type} was {what} while this run was held ({hold.limit}).")
    return len(holds)


def _end(hold: Hold, error: str) -> None:
    with writing():
        end_held(hold.execution_id, error=error)
        hold.delete()


def _ready(waiting: Iterable[str]) -> list[str]:
    """Those of whose runs one might go now, by a look that takes no lock."""
    limits = Limits(list(waiting))
    return [agent_type for agent_type in waiting if _next(limits, agent_type) is not None]


def _release_next(agent_type: str) -> bool:
    with writing():
        hold = _next(Limits([agent_type]), agent_type)
        if hold is None:
            return False
        waited = (timezone.now() - hold.since).total_seconds()
        node = hold.execution.node_id
        if let_go(hold.execution_id, note=f"Let go after {waited:.1f} s; queued for node {node}"):
            if hold.group:
                give_turns([(hold.group, hold.execution)])
            enqueue(hold.execution_id, node)
        hold.delete()
    return True


def _next(limits: Limits, agent_type: str) -> Hold | None:
    """The first that nothing stands in the way of. One whose group or budget does lets others pass."""
    try:
        agent = limits.agent(agent_type)
        limits.check(agent)
    except (LaunchRefused, NotFound):
        return None
    for hold in _candidates(agent_type):
        execution = hold.execution
        overrides = execution.execution_context.get("overrides")
        try:
            limits.check_budgets(agent, execution.node_id, execution.trigger_source, overrides)
        except LaunchRefused as refusal:
            _note(hold, refusal)
        else:
            return hold
    return None


def _candidates(agent_type: str) -> Iterable[Hold]:
    """In their order, but for those of a group in which it is another's turn."""
    busy = Turn.objects.filter(execution__status__in=ACTIVE).values("name")
    holds = Hold.objects.filter(Q(group="") | ~Q(group__in=busy), agent_type=agent_type)
    pending = holds.filter(execution__status=Status.PENDING)
    return pending.select_related("execution").order_by("pk")[:LOOKED_THROUGH]


def _note(hold: Hold, refusal: LaunchRefused) -> None:
    """What stands in its way now, where that is another limit than before."""
    if hold.limit != refusal.limit:
        Hold.objects.filter(pk=hold.pk).update(limit=refusal.limit, detail=refusal.detail)
