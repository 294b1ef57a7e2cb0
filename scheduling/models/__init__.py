from scheduling.models.job_runs import JobRun, JobState
from scheduling.models.schedules import MissedPolicy, OverlapPolicy, Schedule

__all__ = ["JobRun", "JobState", "MissedPolicy", "OverlapPolicy", "Schedule"]
