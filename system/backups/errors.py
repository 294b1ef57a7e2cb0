from system.errors import DomainError


class BackupError(DomainError):
    """No half file is left and nothing was replaced. `detail` says what is wrong, and mostly what to do."""

    status = 500
    title = "Backup failed"
