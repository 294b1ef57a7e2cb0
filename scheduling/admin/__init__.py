from scheduling.admin.job_runs import JobRunAdmin
from scheduling.admin.schedules import ScheduleAdmin

__all__ = ["JobRunAdmin", "ScheduleAdmin"]
