"""Errors of the domain. claudeops/problems.py turns them into problem documents; nothing else needs to."""


class DomainError(Exception):
    """`status` is the HTTP status it amounts to; `field` names the input that is wrong, when one is."""

    status = 400
    title = "Bad request"
    retry_after: int | None = None  # seconds after which the same may be asked again

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field


class NotFound(DomainError):
    status = 404
    title = "Not found"


class Conflict(DomainError):
    """The thing is not in a state in which this can be done; nothing was changed."""

    status = 409
    title = "Conflict"


class AlreadySaid(DomainError):
    """An alert tells of it: whoever catches this need not say it once more."""

    status = 500
    title = "Failed"


class Invalid(DomainError):
    status = 422
    title = "Invalid input"
