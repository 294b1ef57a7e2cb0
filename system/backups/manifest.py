"""What stands beside a backup: all that is needed to trust it, and to know where it may be restored."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import orjson
from django.conf import settings
from django.utils.crypto import salted_hmac
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from system.backups.errors import BackupError
from system.backups.naming import PATTERN

FORMAT: Final = 1
KEEP_APART = (
    "Not in this backup, and to be kept apart from it: the encryption key (encryption_key in the data"
    " directory, or CLAUDEOPS_ENCRYPTION_KEYS), without which secrets in the database cannot be opened, and"
    " the secret key (secret_key, or SECRET_KEY), without which everybody has to sign in again."
)

Size = Annotated[int, Field(ge=0)]


class Manifest(BaseModel):
    """`sha256` and `size` are of the file as it lies there, `database_size` is what it becomes when restored.

    `migrations` are those applied, as "app.name"; `rows` is how many each table has. `installation` tells
    those apart who copy to one place; `keys` are fingerprints, with which nothing can be opened.
    """

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = FORMAT
    name: Annotated[str, Field(pattern=f"^{PATTERN}$")]
    file: Annotated[str, Field(pattern=rf"^{PATTERN}\.(db|db\.gz|dump)$")]
    size: Size
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    database: str
    database_size: Size
    engine: Literal["sqlite", "postgresql"]
    engine_version: str
    claudeops: str
    migrations: list[str]
    rows: dict[str, Size]
    created_at: datetime
    trigger: Literal["daily", "manual"]
    node: str
    installation: str
    keys: list[str]
    keep_apart: str = KEEP_APART

    @property
    def is_ours(self) -> bool:
        return self.installation == installation()

    @property
    def lacks_a_key(self) -> bool:
        """Whether secrets in it may be sealed with a key that this installation has not."""
        return bool(self.keys) and self.keys[0] not in key_fingerprints()


def installation() -> str:
    """Names this installation to itself: all its hosts share the secret key, and no other has it."""
    return salted_hmac("claudeops.backups", "installation", algorithm="sha256").hexdigest()[:16]


def key_fingerprints() -> list[str]:
    """Of the encryption keys, the one in use first."""
    return [sha256(f"claudeops.backups {key}".encode()).hexdigest()[:16] for key in settings.ENCRYPTION_KEYS]


def encode_manifest(manifest: Manifest) -> bytes:
    return orjson.dumps(as_json(manifest), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def as_json(manifest: Manifest) -> dict[str, Any]:
    return manifest.model_dump(mode="json")


def read_manifest(path: Path) -> Manifest:
    """Raises BackupError where it is missing, damaged, or written by a newer version."""
    try:
        found = orjson.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise BackupError(
            f"The manifest {path} is missing: without it nobody can tell whether the backup is whole."
        ) from error
    except (OSError, orjson.JSONDecodeError) as error:
        raise BackupError(f"The manifest {path} cannot be read: {error}.") from error
    if isinstance(found, dict) and isinstance(found.get("format"), int) and found["format"] > FORMAT:
        raise BackupError(
            f"{path.name} was written by a newer ClaudeOps ({found.get('claudeops')}): update this one first."
        )
    try:
        return Manifest.model_validate(found)
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, item["loc"])) or "it" for item in error.errors())
        raise BackupError(f"The manifest {path} is damaged: {wrong} does not fit.") from error
