"""Slow queries are logged with what they took. Their parameters are not: they may be anything."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger(__name__)

MAX_SQL = 2000


def log_slow_query(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """An execute wrapper of Django: its signature is given."""
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        took = (time.perf_counter() - began) * 1000
        if took >= settings.SLOW_QUERY_MS:
            count = 0 if params is None else len(params)
            logger.warning("Slow query, %.0f ms, %d parameters: %.*s", took, count, MAX_SQL, sql)


def watch_connection(*, connection: BaseDatabaseWrapper, **_more: Any) -> None:
    """A receiver of connection_created; a connection that reconnects is watched once."""
    if settings.SLOW_QUERY_MS and log_slow_query not in connection.execute_wrappers:
        connection.execute_wrappers.append(log_slow_query)
