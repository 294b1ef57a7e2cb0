from datetime import UTC, datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import display

from costs.admin.price_form import PriceForm
from costs.models import ModelPrice
from costs.models.prices import FAST, LONG, RATES
from costs.price_editing import delete_price, is_shipped, notice_of, save_price
from costs.price_listing import with_in_force
from system.admin_permissions import RoleModelAdmin
from system.errors import Conflict, Invalid
from system.money import text_of
from system.readable import NOTHING, read_count

ORDER = "input / output / cache 5 min / 1 h / read"
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)  # what the shipped list says of a price that never changed
REPRICE = (
    "What was recorded keeps its price, whatever is added, changed or deleted here: manage.py reprice "
    "shows what other prices would have made of it, and with --apply changes it."
)


@admin.register(ModelPrice)
class ModelPriceAdmin(RoleModelAdmin):
    form = PriceForm
    list_display = ("model", "holds_from", "state", "standard", "fast", "long")
    list_filter = ("model",)
    search_fields = ("model", "note")
    ordering = ("model", "-valid_from")
    actions = None
    warn_unsaved_form = True
    fieldsets = (
        (None, {"fields": ("model", "valid_from", "note"), "description": REPRICE}),
        ("Standard, in USD per million tokens", {"fields": (RATES[:2], RATES[2:4], RATES[4])}),
        (
            "Fast, in USD per million tokens",
            {
                "fields": (FAST[:2], FAST[2:4], FAST[4]),
                "description": "All, or none where it is not offered.",
            },
        ),
        (
            "Long prompts, in USD per million tokens",
            {
                "fields": ("long_above", LONG[:2], LONG[2:4], LONG[4]),
                "description": "All, or none: then a long prompt costs no more than a short one.",
            },
        ),
        ("Factors and searches", {"fields": (("batch_percent", "us_percent"), "web_search")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelPrice]:
        return with_in_force(super().get_queryset(request), timezone.now())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A shipped version would be back at the next start under its old name and time."""
        return ("model", "valid_from") if obj is not None and is_shipped(obj) else ()

    @display(description="From", ordering="valid_from")
    def holds_from(self, price: ModelPrice) -> str:
        if price.valid_from <= ALWAYS:
            return "the start"
        return f"{timezone.localtime(price.valid_from):%Y-%m-%d %H:%M}"

    @display(description="State", label={"In force": "success", "To come": "info", "Past": ""})
    def state(self, price: ModelPrice) -> str:
        if price.in_force:  # type: ignore[attr-defined]
            return "In force"
        return "To come" if price.valid_from > timezone.now() else "Past"

    @display(description=f"USD per million: {ORDER}")
    def standard(self, price: ModelPrice) -> str:
        return _rates_of(price, RATES)

    @display(description="Fast")
    def fast(self, price: ModelPrice) -> str:
        return NOTHING if price.fast_input is None else _rates_of(price, FAST)

    @display(description="Long prompts")
    def long(self, price: ModelPrice) -> str:
        if price.long_above is None:
            return NOTHING
        return f"above {read_count(price.long_above)}: {_rates_of(price, LONG)}"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_price(obj)
        messages.info(request, notice_of(obj))

    def delete_model(self, request: HttpRequest, obj: ModelPrice) -> None:
        delete_price(obj.pk)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The form has checked all this: what is refused here was changed by somebody else meanwhile."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (Conflict, Invalid) as error:
            return _back(request, error.detail)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except Conflict as error:
            return _back(request, error.detail)


def _back(request: HttpRequest, why: str) -> HttpResponseRedirect:
    messages.error(request, why)
    return HttpResponseRedirect(reverse("admin:costs_modelprice_changelist"))


def _rates_of(price: ModelPrice, names: tuple[str, ...]) -> str:
    return " / ".join(text_of(getattr(price, name)) for name in names)
