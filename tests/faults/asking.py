"""An agent that asks a loopback server, and answers that cost exactly what was reserved for them."""

import contextlib
import subprocess
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from agents.launching import launch_agent
from agents.models import AgentConfiguration
from agents.runner import run_claimed
from costs.budgets.usage import states_of
from costs.models import Budget
from costs.price_book import current_prices
from costs.pricing import dearest_request
from executions.models import Execution
from executions.services import claim_execution

MODEL = "claude-haiku-5-5"
MAX_TOKENS = 500
ENVIRONMENT = {
    "ANTHROPIC_API_KEY": "sk-ant-for-the-loopback-server",
    "DJANGO_SETTINGS_MODULE": "claudeops.settings",
}


def an_asking_agent(agent_type: str = "asks") -> AgentConfiguration:
    config = {
        "steps": [{"name": "Analyse", "type": "analysis"}],
        "analysis": {"analyst": "claude", "model": MODEL, "max_tokens": MAX_TOKENS},
    }
    return AgentConfiguration.objects.create(
        agent_type=agent_type, name=agent_type, config=config, max_concurrent_executions=100_000
    )


@dataclass(frozen=True)
class Dearest:
    """What is reserved for one request of the agent, and a usage that costs just that."""

    usd: Decimal
    usage: dict[str, Any]


def in_use(budget: Budget) -> Decimal:
    """What is spent and what is reserved, read at one moment."""
    usage = states_of([budget], timezone.now())[0].usage
    assert usage is not None
    return usage.spent_usd + usage.reserved_usd


def has_ended(process: "subprocess.Popen[bytes]") -> bool:
    """After a moment, so that whoever asks again and again leaves it something of the machine."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(0.03)
    return process.returncode is not None


def dearest_of(agent: AgentConfiguration) -> Dearest:
    """Found out as a person would: from what a budget that is too small says."""
    budget = Budget.objects.create(name="probe", max_tokens=1)
    execution = launch_agent(agent.agent_type)[0]
    lease = claim_execution(execution.pk, owner="probe")
    assert lease is not None
    run_claimed(lease)
    budget.delete()
    said = Execution.objects.get(pk=execution.pk).error_message
    tokens = int(said.partition("could take up to ")[2].partition(" tokens")[0].replace(",", ""))
    prompt = tokens - MAX_TOKENS
    usd = dearest_request(MODEL, prompt, MAX_TOKENS, at=timezone.now(), prices=current_prices())
    assert usd is not None
    return Dearest(usd, _usage(prompt))


def _usage(prompt: int) -> dict[str, Any]:
    return {
        "input_tokens": 0,
        "output_tokens": MAX_TOKENS,
        "cache_creation_input_tokens": prompt,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": prompt},
        "service_tier": "standard",
        "inference_geo": "us",
    }
