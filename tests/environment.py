"""The environment of the tests: a plugin (`-p`), as pytest-django reads the settings before any conftest."""

import atexit
import os
import shutil
import sys
import tempfile

FOREIGN = (
    "ALLOWED_HOSTS",
    "ANTHROPIC_ADMIN_BASE_URL",
    "ANTHROPIC_ADMIN_KEY",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_BASE_URL",
    "BEHIND_POOLER",
    "BEHIND_TLS",
    "CLAUDEOPS_ENCRYPTION_KEYS",
    "CLAUDEOPS_PROXIES",
    "CLAUDEOPS_RATE_PER_ADDRESS",
    "CLAUDEOPS_RATE_PER_TOKEN",
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "TIME_ZONE",
)

for name in FOREIGN:
    os.environ.pop(name, None)
# Hundreds of processes are started: each would compile all modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
os.environ["CLAUDEOPS_ENV"] = "test"
os.environ["CLAUDEOPS_DATA_DIR"] = tempfile.mkdtemp(prefix="claudeops-test-")
atexit.register(shutil.rmtree, os.environ["CLAUDEOPS_DATA_DIR"], ignore_errors=True)
