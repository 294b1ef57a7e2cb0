"""What a person may set about backups (system.app_settings): how many are kept, and where copies go."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

REMOTE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+@ -]*:[^\x00-\x1f]*")
MOST = 10_000


class Retention(BaseModel):
    """Of the last so many days, weeks and months that have a backup, the newest of each is kept.

    Those that a person asked for are all kept for `daily` days. There is always a newest good one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    daily: Annotated[int, Field(ge=1, le=MOST)] = 7
    weekly: Annotated[int, Field(ge=0, le=MOST)] = 4
    monthly: Annotated[int, Field(ge=0, le=MOST)] = 12


def _destination(text: str) -> str:
    if text and not text.startswith("/") and not REMOTE.fullmatch(text):
        raise ValueError(
            "must be a directory (/mnt/nas/claudeops), a remote of rclone (nas:claudeops), or empty"
        )
    return text


Destination = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00-\x1f]*$"), AfterValidator(_destination)]
