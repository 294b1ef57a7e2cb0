from scheduling.models.fires import Fire, FireState
from scheduling.models.hooks import ACCEPTED, DeliveryState, Hook, HookDelivery, Scheme
from scheduling.models.job_runs import JobRun, JobState
from scheduling.models.schedules import MissedPolicy, OverlapPolicy, Schedule

__all__ = [
    "ACCEPTED",
    "DeliveryState",
    "Fire",
    "FireState",
    "Hook",
    "HookDelivery",
    "JobRun",
    "JobState",
    "MissedPolicy",
    "OverlapPolicy",
    "Schedule",
    "Scheme",
]
