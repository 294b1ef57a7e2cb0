"""The API's OpenAPI document as schemathesis reads it, and how much of it a run tries out."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, settings
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance

from claudeops.wsgi import application
from system.roles import Role
from system.tokens import create_token

# How many examples of each route each role tries. A suite that is run all day can afford two; a night, 200.
EXAMPLES = int(os.environ.get("CLAUDEOPS_FUZZ_EXAMPLES", "0"))
IS_DEEP = EXAMPLES > 0
ASKERS = [None, *Role]
# The document cannot say all: which years a time may lie in, that 1.0 is no whole number, which step exists.
EXCLUDED: list[Any] = [positive_data_acceptance]
FAILURES = (Failure, FailureGroup)

schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
schema.config.phases.update(phases=["coverage", "fuzzing", "stateful"] if IS_DEEP else ["fuzzing"])


def trying(examples: int) -> settings:
    """In the suite the same examples each time: what fails, fails for everybody; a deep run looks further."""
    return settings(
        max_examples=EXAMPLES or examples,
        derandomize=not IS_DEEP,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink] if IS_DEEP else [Phase.generate],
        # The database is set up once for all examples, and grows while they run; that is the point.
        suppress_health_check=list(HealthCheck),
    )


def headers_of(role: Role | None) -> dict[str, str]:
    if role is None:
        return {}
    return {"Authorization": f"Bearer {create_token(f'{role.value} of the test', role)[1]}"}


@contextmanager
def one_connection() -> Iterator[None]:
    """As Django's own test client does: else the end of a request closes the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@contextmanager
def undone() -> Iterator[None]:
    """What one route was made to delete, the next finds again."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
