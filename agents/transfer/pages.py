"""The page on which a YAML document is looked through and then imported."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from agents.transfer.importing import DocumentRefused, Imported, import_agents
from agents.transfer.reading import MAX_BYTES, Unreadable
from system.setting_form import json_editor

LIST = "admin:agents_agentconfiguration_changelist"


class ImportForm(forms.Form):
    """A file goes before the text, and becomes it: what was looked through is what is imported."""

    file = forms.FileField(
        required=False,
        label="File",
        widget=UnfoldAdminFileFieldWidget(),
        help_text="as an export gives it; or paste it below",
    )
    text = forms.CharField(required=False, strip=False, label="Document", widget=json_editor())
    comment = forms.CharField(
        required=False,
        max_length=200,
        label="Why",
        widget=UnfoldAdminTextInputWidget(),
        help_text="optional; it stands beside the versions that this makes",
    )

    def clean(self) -> dict[str, Any]:
        file = self.cleaned_data.get("file")
        if file is not None:
            self.cleaned_data["text"] = _read(file)
            self.data = {**self.data.dict(), "text": self.cleaned_data["text"]}  # type: ignore[attr-defined]
        if not self.cleaned_data.get("text", "").strip() and not self.errors:
            self.add_error("text", "Choose a file, or paste a document.")
        return self.cleaned_data


def _read(file: Any) -> str:
    if file.size > MAX_BYTES:
        raise forms.ValidationError({"file": f"It is larger than {MAX_BYTES // 1024} KiB."})
    try:
        text: str = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise forms.ValidationError({"file": f"It is not UTF-8, from byte {error.start} on."}) from error
    return text


def import_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Without "import" in what is sent it is only looked through. Imported, it leads to the list."""
    form = ImportForm(request.POST or None, request.FILES or None)
    wants = "import" in request.POST
    found = _take(form, dry_run=not wants) if form.is_valid() else None
    if found is not None and wants:
        messages.success(request, _told(found))
        return HttpResponseRedirect(reverse(LIST))
    return TemplateResponse(
        request, "agents/import_page.html", {**context, "form": form, "found": found, "back": reverse(LIST)}
    )


def _take(form: ImportForm, *, dry_run: bool) -> list[Imported] | None:
    given = form.cleaned_data
    try:
        return import_agents(given["text"], dry_run=dry_run, comment=" ".join(given["comment"].split()))
    except DocumentRefused as error:
        for fault in error.faults:
            form.add_error("text", str(fault))
    except Unreadable as error:
        form.add_error("text", error.detail)
    return None


def _told(found: list[Imported]) -> str:
    counts = {
        outcome: sum(each.outcome == outcome for each in found)
        for outcome in ("created", "changed", "unchanged")
    }
    return f"Imported: {', '.join(f'{count} {outcome}' for outcome, count in counts.items() if count)}."
