"""Where one is, in the words of the navigation: unfold names apps and models, which nobody has met."""

from collections.abc import Iterator
from typing import Any

from django import template
from django.db.models.options import Options
from django.template import RequestContext
from django.urls import reverse

register = template.Library()

Part = dict[str, str]

# Pages of one thing that are named by what they are, and not by their title, which repeats the thing.
NAMES = {"add": "Add", "history": "History", "delete": "Delete"}


@register.inclusion_tag("unfold/helpers/header_title.html", takes_context=True)
def breadcrumbs(context: RequestContext) -> dict[str, list[Part]]:
    opts = context.get("opts")
    parts = _of_model(context, opts) if opts else _in_navigation(context, context.request.path)
    return {"parts": parts or [{"title": str(context.get("title") or "")}]}


def _of_model(context: RequestContext, opts: "Options[Any]") -> list[Part]:
    """Its list; then the thing; then what is done with it. The last of them is no link: one is there."""
    changelist = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    parts = _in_navigation(context, changelist) or [{"title": str(opts.verbose_name_plural)}]
    here = context.request.resolver_match
    name = (here and here.url_name) or ""
    page = name.removeprefix(f"{opts.app_label}_{opts.model_name}_")
    if page == "changelist":
        return parts
    parts[-1]["link"] = changelist
    thing = context.get("original") or context.get("object")
    if thing:
        parts.append({"title": str(thing)})
    if page != "change":
        if thing and here and "object_id" in here.kwargs:
            parts[-1]["link"] = f"{changelist}{here.kwargs['object_id']}/change/"
        parts.append({"title": NAMES.get(page) or str(context.get("title") or "")})
    return parts


def _in_navigation(context: RequestContext, url: str) -> list[Part]:
    """The entry that leads to `url`, behind the heading it stands under; empty where none does."""
    for heading, title in _entries(context, url):
        return [{"title": heading}, {"title": title}] if heading not in ("", title) else [{"title": title}]
    return []


def _entries(context: RequestContext, url: str) -> Iterator[tuple[str, str]]:
    for group in context.get("sidebar_navigation") or ():
        for item in group["items"]:
            if str(item["link"]) == url:
                yield str(group.get("title") or ""), str(item["title"])
