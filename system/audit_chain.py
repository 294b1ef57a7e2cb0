"""What binds audit entries together: each one's digest covers all of it, and the digest of the one before."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import orjson

# The columns that the digest covers, in this order.
COVERED = ("previous", "id", "at", "actor", "door", "address", "token", "action", "target", "changes")


def digest_of(values: Sequence[Any]) -> str:
    """SHA-256, in hex, of `values` (those of COVERED) as a JSON array, which keeps neighbours apart.

    `at` is a time, or the text of it that system.wire_columns.TimeText reads from either database.
    """
    return sha256(orjson.dumps(values, option=orjson.OPT_UTC_Z)).hexdigest()
