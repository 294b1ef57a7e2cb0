from executions.models.daily import DailyExecutions, ExecutionTotal
from executions.models.events import EventName, ExecutionEvent
from executions.models.executions import ACTIVE, ENDED, Execution, Status, Trigger
from executions.models.steps import ExecutionStep, StepStatus, StepType

__all__ = [
    "ACTIVE",
    "ENDED",
    "DailyExecutions",
    "EventName",
    "Execution",
    "ExecutionEvent",
    "ExecutionStep",
    "ExecutionTotal",
    "Status",
    "StepStatus",
    "StepType",
    "Trigger",
]
