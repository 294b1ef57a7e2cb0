"""The whole OpenAPI document, tried out by schemathesis: nothing that a client sends gives a 500, and every
answer is one that the document describes. As each role and as nobody, on things that exist and that do not.

`CLAUDEOPS_FUZZ_EXAMPLES=200 pytest tests/claudeops/test_api_fuzz.py` looks further: so many examples of every
route for everybody, every edge of every schema, and chains of calls in which one's answer feeds the next.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection

from scheduling.models import Hook
from system.roles import Role
from tests.claudeops.fuzzing import (
    ASKERS,
    EXCLUDED,
    FAILURES,
    IS_DEEP,
    headers_of,
    one_connection,
    schema,
    trying,
    undone,
)
from tests.console import Everything, everything

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> Iterator[None]:
    settings.RATE_PER_TOKEN = settings.RATE_PER_ADDRESS = 0
    with one_connection():
        yield


@pytest.fixture
def things() -> Everything:
    return everything()


def existing(things: Everything) -> dict[str, str]:
    """What there is, by the names of path parameters; under `name` whatever has one."""
    rows = {model._meta.model_name: row for model, row in things.rows.items()}
    return {
        "execution_id": str(things.waiting.uid),
        "agent_type": things.agent.agent_type,
        "slug": Hook.objects.get().slug,
        "schedule_id": str(rows["schedule"].pk),
        "price_id": str(rows["modelprice"].pk),
        "backup_id": str(rows["backup"].pk),
        "notification_id": str(rows["notification"].pk),
    }


NAMED = {"budgets": "month", "targets": "phone", "rules": "all", "jobs": "verify-cost-sums"}


def pointed(case: schemathesis.Case, known: dict[str, str]) -> None:
    """Let `case` be about something that exists."""
    for parameter in case.path_parameters:
        if parameter in known:
            case.path_parameters[parameter] = known[parameter]
        elif parameter == "name":
            case.path_parameters[parameter] = next(
                name for part, name in NAMED.items() if f"/{part}/" in case.path
            )


def operations() -> list[Any]:
    found = [result.ok() for result in schema.get_all_operations()]
    return sorted(found, key=lambda operation: operation.method == "delete")


def cases(operation: Any) -> Any:
    """What the document allows, and what it does not."""
    right = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not operation.path_parameters and not operation.query and not operation.body:
        return right
    return right | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


@pytest.mark.parametrize("role", ASKERS)
def test_only_described_answers(role: Role | None, things: Everything) -> None:
    headers, known, wrong = headers_of(role), existing(things), []

    def tried(operation: Any) -> None:
        @trying(4 if role == Role.ADMIN else 2)
        @given(case=cases(operation), exists=st.booleans())
        def survives(case: schemathesis.Case, exists: bool) -> None:
            if exists:
                pointed(case, known)
            # Whoever may not is told that first; and what was made to exist is no longer as it was made up.
            # With If-Match a 412 may come before the body is looked at, which schemathesis takes for a yes.
            looks_at_all = role == Role.ADMIN and not exists and not operation.headers
            excluded = EXCLUDED if looks_at_all else [*EXCLUDED, negative_data_rejection]
            case.call_and_validate(headers=headers, excluded_checks=excluded)

        survives()

    for operation in operations():
        with undone():
            try:
                tried(operation)
            except FAILURES as failure:
                wrong.append(f"{operation.label}: {failure}")
    assert wrong == []


if IS_DEEP:  # not skipped where it is not: a run of everything skips nothing

    @pytest.fixture
    def admin() -> dict[str, str]:
        return headers_of(Role.ADMIN)

    @schema.parametrize()
    @trying(1)
    def test_every_edge_of_every_schema(case: schemathesis.Case, admin: dict[str, str]) -> None:
        case.call_and_validate(headers=admin, excluded_checks=EXCLUDED)

    @pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN])
    def test_chains_of_calls(role: Role, things: Everything) -> None:
        headers = headers_of(role)

        class Chains(schema.as_state_machine()):  # type: ignore[misc]
            def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
                return {"headers": headers}

            def validate_response(self, response: Any, case: schemathesis.Case, **_: Any) -> None:
                # What it makes up for a sign-in, these headers stand in the place of.
                case.validate_response(response, excluded_checks=[*EXCLUDED, ignored_auth])

        run_state_machine_as_test(Chains, settings=trying(1))
