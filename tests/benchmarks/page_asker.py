"""Asks for each page of the console in this process: `python -m …` prints what each takes, as JSON.

Pages are those of tests.console_pages, and the second page, a search and each filter of every list.
"""

import json
import logging
import statistics
import sys
import time
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 (after setup)
from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Model  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from executions.models import Execution, Status  # noqa: E402
from tests.console_pages import console_pages, views_of_list  # noqa: E402

TIMES = 5


def main() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    logging.disable()  # that a page is for a POST alone is no news
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get_or_create(username="bench", is_superuser=True)[0])
    found = {}
    for url in console_pages(_key).values():
        answer = client.get(url)
        if answer.status_code == 200:
            found |= {view: _asked(client, view) for view in (url, *map(url.__add__, views_of_list(answer)))}
    sys.stdout.write(json.dumps({"session": _session(client), "pages": found}))


def _key(model: type[Model]) -> Any:
    """The row that has most to show: an execution that has ended, else the oldest."""
    if model is Execution:
        return Execution.objects.filter(status=Status.COMPLETED).latest("pk").uid
    oldest: Any = model._default_manager.earliest("pk").pk
    return oldest


def _asked(client: Client, url: str) -> tuple[int, float]:
    """Queries, and milliseconds of CPU: the median of some."""
    connection.queries_log.clear()  # it holds so many, and one that is full grows no more
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    used = []
    for _ in range(TIMES):
        began = time.process_time()
        client.get(url)
        used.append((time.process_time() - began) * 1000)
    return len(queries), statistics.median(used)


def _session(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


if __name__ == "__main__":
    main()
