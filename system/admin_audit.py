"""What is changed through a form of the console is on record.

An admin whose `save_model` or `delete_model` calls a service, and not `super()`, leaves the record to it.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from system.audit import record_changed, record_created, record_deleted
from system.audit_values import stored_values
from system.writing import one_writer

_NOTHING = object()


class AuditingAdmin(ModelAdmin):
    """`audit_noun` is what an entry calls such a row: by default its model's name."""

    audit_noun = ""

    def audit_target(self, obj: Any) -> str:
        """By what name an entry knows `obj`."""
        return str(obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with _turn_of(request):
            return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        with _turn_of(request):
            return super().delete_view(request, object_id, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        vars(request)["audit_before"] = stored_values(obj) if change else None
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """What a row is linked to is stored only here."""
        super().save_related(request, form, formsets, change)
        before = vars(request).pop("audit_before", _NOTHING)
        if before is _NOTHING:
            return
        target = self.audit_target(form.instance)
        if before is None:
            record_created(form.instance, self._noun(), target)
        else:
            record_changed(form.instance, self._noun(), before, target)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        record_deleted(obj, self._noun(), self.audit_target(obj))
        super().delete_model(request, obj)

    def _noun(self) -> str:
        return self.audit_noun or str(self.opts.verbose_name).replace(" ", "-")


def _turn_of(request: HttpRequest) -> AbstractContextManager[None]:
    """Whoever may write waits for their turn before anything else is locked."""
    return one_writer() if request.method == "POST" else nullcontext()
