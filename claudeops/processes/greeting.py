"""What a person sees after `make run`: where to look, and how the first report came out."""

import http
import http.client
import time
from collections.abc import Callable

from django.conf import settings

from agents.launching import launch_agent
from agents.report_text import report_lines
from executions.following import follow
from executions.models import EventName, Execution, ExecutionEvent
from system.errors import DomainError

Say = Callable[[str], None]

HEALTH_PATH = "/api/v1/system/health"
FIRST_AGENT = "system-health"
_WEB_SECONDS = 60.0
_REPORT_SECONDS = 90.0
_MARKS = {"completed": "✓", "failed": "✗", "skipped": "–"}


def greet(say: Say) -> int:
    """Wait for the web, say where it is, and show the first report if none was ever made."""
    if not web_answers(_WEB_SECONDS):
        say(f"{url()} has not answered for {_WEB_SECONDS:g} s; what is wrong stands above.")
        return 1
    say(f"ClaudeOps is up: {url()}  (Ctrl-C stops it)")
    if not Execution.objects.of_agent(FIRST_AGENT).exists():
        _make_first_report(say)
    return 0


def url() -> str:
    host = _host()
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}/"


def _host() -> str:
    """Where this machine reaches the web, which may listen on all its addresses."""
    host: str = settings.HOST.strip("[]")
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def web_answers(within_s: float) -> bool:
    give_up = time.monotonic() + within_s
    while (left := give_up - time.monotonic()) > 0:
        if _status(left) == http.HTTPStatus.OK:
            return True
        time.sleep(0.1)
    return False


def _status(timeout_s: float) -> int | None:
    """What the health page answers to a request that comes as a proxy or a person would send it."""
    name = next((name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"), "localhost")
    headers = {"Host": name} | ({"X-Forwarded-Proto": "https"} if settings.BEHIND_TLS else {})
    connection = http.client.HTTPConnection(_host(), settings.PORT, timeout=timeout_s)
    try:
        connection.request("GET", HEALTH_PATH, headers=headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _make_first_report(say: Say) -> None:
    try:
        execution, _ = launch_agent(FIRST_AGENT, actor="first start", dedupe_key="first-report")
    except DomainError as error:
        say(f"The first report was not begun: {error.detail}")
        return
    say("First report on this machine:")
    try:
        for event in follow(execution.pk, timeout_s=_REPORT_SECONDS):
            if event.event == EventName.STEP_COMPLETED:
                say(_line_of(event))
    except TimeoutError:
        say(f"It is not done after {_REPORT_SECONDS:g} s and goes on; see {url()}")
        return
    execution.refresh_from_db()
    for line in report_lines(execution):
        say(line)


def _line_of(event: ExecutionEvent) -> str:
    data = event.decoded
    took = "" if data["duration_ms"] is None else f"  {data['duration_ms'] / 1000:.1f} s"
    return f"  {_MARKS[data['status']]} {data['step_name']}{took}"
