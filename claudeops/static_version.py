"""What the addresses of styles, scripts and fonts carry, so that a browser may keep them for good."""

import hashlib
from importlib.metadata import version
from pathlib import Path

# Who brings files of its own.
PACKAGES = ("django", "django-ninja", "django-unfold")


def static_version(folder: Path) -> str:
    """Ten hex digits, the same on every host: another one when a file of ours or one of PACKAGES changes."""
    digest = hashlib.sha256(" ".join(version(package) for package in PACKAGES).encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:10]
