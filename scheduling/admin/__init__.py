from scheduling.admin.backups import BackupAdmin
from scheduling.admin.fires import FireAdmin
from scheduling.admin.hook_deliveries import HookDeliveryAdmin
from scheduling.admin.hooks import HookAdmin
from scheduling.admin.job_runs import JobRunAdmin
from scheduling.admin.schedules import ScheduleAdmin

__all__ = ["BackupAdmin", "FireAdmin", "HookAdmin", "HookDeliveryAdmin", "JobRunAdmin", "ScheduleAdmin"]
