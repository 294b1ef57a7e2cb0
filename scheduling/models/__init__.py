from scheduling.models.job_runs import JobRun, JobState
from scheduling.models.schedules import Schedule

__all__ = ["JobRun", "JobState", "Schedule"]
