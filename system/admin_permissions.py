"""What a role may do in the console. Django's own permissions play no part: three roles, and no more."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import ShowFacets
from django.db.models import ForeignKey, Model
from django.forms import Media
from django.http import HttpRequest
from unfold.paginator import InfinitePaginator

from system.admin_audit import AuditingAdmin
from system.admin_columns import readable, with_times
from system.admin_deleting import deleted_with
from system.roles import Role, role_of


def console_role(request: HttpRequest) -> Role | None:
    """The role of who asks; a page asks for it dozens of times, so it is looked up once a request."""
    known = vars(request)
    if "console_role" not in known:
        known["console_role"] = role_of(request.user)
    role: Role | None = known["console_role"]
    return role


def may(request: HttpRequest, needed: Role | None) -> bool:
    """None is a thing that nobody may do here."""
    role = console_role(request)
    return needed is not None and role is not None and role.includes(needed)


# What the filters of Django put behind a column's name; "" is the column alone.
FILTER_LOOKUPS = {"", "exact", "id__exact", "in", "isnull", "gte", "lt"}
# What fills one field while another is typed, which no form here does: 50 kB, compressed, on each page.
_FILLING = ("urlify.js", "prepopulate.js", "xregexp.js", "xregexp.min.js")
LONGEST_NUMBER = 18  # digits: what any column of numbers holds
MOST_WORDS = 10


def _asks(model: type[Model], chosen: Any, lookup: str) -> bool:
    """Whether `lookup`, a query parameter, is one that the entry `chosen` of a list_filter makes."""
    if isinstance(chosen, str):
        column, _, rest = lookup.partition("__")
        return column == chosen and rest in FILTER_LOOKUPS | {f"{_linked_column(model, column)}__exact"}
    return lookup == getattr(chosen, "parameter_name", None)


def _linked_column(model: type[Model], column: str) -> str:
    """By which column of another table `column` links to it; "" where it does not."""
    field = model._meta.get_field(column)
    return field.target_field.name if isinstance(field, ForeignKey) else ""


class RoleModelAdmin(AuditingAdmin):
    """Each kind of access needs a role; None closes it to all."""

    view_role: Role | None = Role.VIEWER
    add_role: Role | None = Role.ADMIN
    change_role: Role | None = Role.ADMIN
    delete_role: Role | None = Role.ADMIN

    list_per_page = 50
    show_facets = ShowFacets.NEVER  # `?_facets` counts the whole table once for each choice of each filter
    when_empty = "Nothing yet."  # what a list without rows says

    @property
    def media(self) -> Media:
        media: Any = super().media  # its lists have no public name
        return Media(css=media._css, js=[path for path in media._js if not path.endswith(_FILLING)])

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return with_times(self.model, super().get_list_display(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What cannot be changed stands there as people read it."""
        names = super().get_fields(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return names
        return [readable(self.model, name) for name in names]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """What this list's own filters ask, and nothing else.

        Django would take any lookup on any column: `value__startswith` reads a secret letter by letter, and
        `__regex` runs in Python on SQLite, where one pattern can keep the whole process busy.
        """
        if any(part.strip("-").isdecimal() and len(part) > LONGEST_NUMBER for part in value.split(",")):
            return False  # SQLite would take it for a defect of ours
        return any(_asks(self.model, chosen, lookup) for chosen in self.get_list_filter(request))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[str], list[Any]]:
        """What goes with `objs`, counted: Django would read all of it, and ask each row for its name.

        Who may delete a thing may delete what is a part of it, though nobody deletes that alone.
        """
        return [str(each) for each in objs], deleted_with(objs), set(), []

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """The first words count: each is a condition for each column, and a database takes only so many."""
        words = " ".join(search_term.split()[:MOST_WORDS])
        found: tuple[Any, bool] = super().get_search_results(request, queryset, words)
        return found

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request, self.view_role)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.view_role)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request, self.add_role)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.change_role)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.delete_role)


class ReadOnlyAdmin(RoleModelAdmin):
    """What others write: the engine, the ledger, the clock. Here it can only be looked at."""

    add_role = None
    change_role = None
    delete_role = None
    actions: Sequence[str] | None = None


class LongTableAdmin(ReadOnlyAdmin):
    """A table that grows for ever: its pages are read from the newest on, and it is never counted."""

    paginator = InfinitePaginator
    show_full_result_count = False
    sortable_by = ()
    ordering = ("-id",)
