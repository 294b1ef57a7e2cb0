"""The transaction in which an execution changes: events of all executions are numbered by it."""

from system.writing import one_writer as writing

__all__ = ["writing"]
