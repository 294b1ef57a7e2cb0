"""What a client may say on a socket."""

from typing import Literal
from uuid import UUID

from django.conf import settings
from pydantic import BaseModel, ValidationError

from executions.services import CancelOutcome, cancel_execution, find_execution
from system.askers import Asker, Caller, Door, asking
from system.authentication import Principal
from system.errors import DomainError, Invalid
from system.rates import check_rate
from system.roles import Role

MAX_CHARACTERS = 4096


class CancelData(BaseModel):
    execution_id: UUID


class Command(BaseModel):
    event: Literal["cancel:execution"]
    data: CancelData


class Refused(DomainError):
    status = 403
    title = "Forbidden"


def parse_command(text: str | None) -> Command:
    """Raises Invalid, with what is wrong in words; None is what was not text."""
    if text is None:
        raise Invalid("A message must be text, not bytes.")
    if len(text) > MAX_CHARACTERS:
        raise Invalid(f"A message may have at most {MAX_CHARACTERS} characters; this one has {len(text)}.")
    try:
        return Command.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Invalid(f"{where}: {first['msg']}" if where else first["msg"], field=where or None) from error


def cancel(command: Command, principal: Principal, address: str) -> CancelOutcome:
    """Raises Refused, TooManyRequests, ExecutionNotFound, ExecutionEnded."""
    check_rate(f"caller:{principal.token or principal.name}", settings.RATE_PER_TOKEN, whose=principal.name)
    if not principal.role.includes(Role.OPERATOR):
        raise Refused(f"Only an operator may cancel; {principal.name} is {principal.role.value}.")
    execution = find_execution(command.data.execution_id)
    caller = Caller(principal.name, principal.token)
    with asking(Asker(Door.SOCKET, address, lambda: caller)):
        return cancel_execution(execution.pk, by=principal.name)
