"""What an alert may be about: the values of Alert.kind, as rules choose among them."""

from collections.abc import Mapping

from system.alerts import RECOVERED

DEAD_LETTER = "notification-dead"

KINDS: Mapping[str, str] = {
    "run-failed": "an agent's run failed",
    "critical-finding": "an agent found something critical",
    "finding": "an agent found something new, or what was snoozed is still there",
    "budget": "a budget is partly or wholly used up",
    "cost-anomaly": "a day or a run cost far more than usual",
    "unpriced-model": "a model was used that has no price",
    "reconcile-drift": "Anthropic's report differs from the ledger",
    "reconcile-failed": "Anthropic's report could not be compared",
    "ledger-drift": "a sum differed from its records",
    "missed-fire": "a due time was not run",
    "webhook-refused": "an incoming webhook was refused",
    "backup-failed": "a backup, its check or its copy failed",
    "job-failed": "a job of the house failed",
    "audit-broken": "the audit log was changed behind ClaudeOps's back",
    "node-silent": "the workers of a node are not heard of",
    "sign-in-guessing": "somebody guesses passwords",
    DEAD_LETTER: "a notification could not be delivered",
    "deadman-failed": "the dead-man's URL cannot be called",
    RECOVERED: "one of the others is over",
}
