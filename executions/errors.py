from system.errors import Conflict, NotFound


class ExecutionNotFound(NotFound):
    pass


class ExecutionEnded(Conflict):
    """It is completed, failed or cancelled, and stays so."""


class ExecutionNotRunning(Conflict):
    pass


class LeaseLost(Conflict):
    """The writer's lease is not the one in force: someone else runs it, or has ended it."""


class StepNotFound(NotFound):
    pass


class StepConflict(Conflict):
    """The step is not in the state from which this can be done."""
