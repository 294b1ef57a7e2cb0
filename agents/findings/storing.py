from collections.abc import Sequence
from operator import attrgetter

from django.utils import timezone

from agents.models import Finding
from system.statements import update_each

_ATTRIBUTES = {field.name: field.attname for field in Finding._meta.concrete_fields}


def store(rows: Sequence[Finding], columns: tuple[str, ...]) -> None:
    """Write `columns` of rows that exist and that nobody else may write meanwhile, in one statement."""
    if not rows:
        return
    now = timezone.now()
    values = attrgetter(*(_ATTRIBUTES[name] for name in columns))
    update_each(Finding, (*columns, "updated_at"), ("id",), [(*values(row), now, row.pk) for row in rows])
