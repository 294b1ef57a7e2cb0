from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone
from rich.markup import escape
from rich.table import Table

from scheduling.hooks.editing import create_hook, delete_hook, find_hook, rotate_secret
from scheduling.hooks.recipes import RECIPES, find_recipe
from scheduling.models import Hook, HookDelivery, Scheme
from system.printing import print_table
from system.readable import NOTHING
from system.verbs import VerbCommand, Verbs

SHOWN_MESSAGES = 10
KEPT_HOURS = 24.0


class Command(VerbCommand):
    help = (
        "Webhooks: list, show, add, rotate, delete. What add and rotate print is the only time that a secret"
        " is seen; it stands alone on the last line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = Verbs(parser, "slug")

        verbs.add("list", "All webhooks, by slug.", self._list)
        verbs.add_of_one("show", "One webhook, and its last messages.", self._show)
        added = verbs.add_of_one("add", "Make one; it launches its agent from now on.", self._add)
        added.add_argument("--agent", required=True)
        added.add_argument("--name", help="by default the slug")
        added.add_argument("--recipe", choices=[recipe.name for recipe in RECIPES], default="")
        added.add_argument("--scheme", choices=Scheme.values)
        added.add_argument("--value", action="append", metavar="NAME=PATH", help="more than once: a mapping")
        added.add_argument("--filter", action="append", metavar="COMPARISON", help="more than once: all hold")
        added.add_argument("--node", default="")
        added.add_argument("--max-per-minute", type=int)
        added.add_argument("--disabled", action="store_true")
        rotated = verbs.add_of_one(
            "rotate", "A new secret; the one before stays good for a day.", self._rotate
        )
        rotated.add_argument("--keep-hours", type=float, default=KEPT_HOURS, help="0 ends it at once")
        deleted = verbs.add_of_one("delete", "Delete it, and what became of its messages.", self._delete)
        deleted.add_argument("--yes", action="store_true", help="without it nothing is deleted")

    def _list(self, options: dict[str, Any]) -> None:
        hooks = list(Hook.objects.order_by("slug"))
        if not hooks:
            self.stdout.write("No webhook yet.")
            return
        table = Table("slug", "name", "agent", "scheme", "recipe", "enabled", box=None, pad_edge=False)
        for hook in hooks:
            enabled = "yes" if hook.enabled else "[yellow]no[/]"
            cells = (hook.slug, hook.name, hook.agent_id, hook.scheme, hook.recipe or NOTHING)
            table.add_row(*map(escape, cells), enabled)
        print_table(self.stdout, table)

    def _show(self, options: dict[str, Any]) -> None:
        hook = find_hook(options["slug"])
        table = Table(show_header=False, box=None, pad_edge=False)
        values = [f"{name} = {path}" for name, path in hook.mapping.items()]
        for name, value in (
            ("webhook", f"{hook.slug}, {hook.name}"),
            ("URL", _url_of(hook)),
            ("agent", hook.agent_id),
            ("enabled", "yes" if hook.enabled else "no"),
            ("scheme", hook.get_scheme_display()),
            ("recipe", hook.recipe or NOTHING),
            ("filters", "\n".join(hook.filters) or NOTHING),
            ("values", "\n".join(values) or NOTHING),
            ("secret since", _time(hook.secret_since)),
            ("the one before until", _time(hook.previous_until)),
        ):
            table.add_row(f"[dim]{name}[/]", escape(value))
        print_table(self.stdout, table)
        self._print_messages(hook)

    def _print_messages(self, hook: Hook) -> None:
        rows = list(HookDelivery.objects.filter(hook=hook).with_execution().order_by("-id")[:SHOWN_MESSAGES])
        if not rows:
            self.stdout.write("No message has come yet.")
            return
        table = Table("received", "state", "execution", "detail", box=None, pad_edge=False)
        for row in rows:
            uid = str(row.execution.uid) if row.execution else NOTHING
            table.add_row(_time(row.received_at), row.state, uid, escape(row.detail))
        print_table(self.stdout, table)

    def _add(self, options: dict[str, Any]) -> None:
        hook, secret = create_hook(
            {
                "slug": options["slug"],
                "name": options["name"] or options["slug"],
                "agent_type": options["agent"],
                "enabled": not options["disabled"],
                "recipe": options["recipe"],
                "scheme": options["scheme"],
                "mapping": _mapping_of(options["value"]),
                "filters": options["filter"],
                "node_id": options["node"],
                "max_per_minute": options["max_per_minute"],
            }
        )
        self.stdout.write(f"Added webhook {hook.slug}: {_url_of(hook)}")
        if hook.recipe:
            self.stdout.write("\n" + find_recipe(hook.recipe).setup_for(_url_of(hook), secret))
        self.stdout.write(secret)

    def _rotate(self, options: dict[str, Any]) -> None:
        until = timezone.now() + timedelta(hours=options["keep_hours"])
        hook, secret = rotate_secret(options["slug"], keep_until=until)
        kept = (
            f"is good until {_time(hook.previous_until)}" if hook.previous_until else "opens nothing any more"
        )
        self.stdout.write(f"The secret of {hook.slug} before {kept}.")
        self.stdout.write(secret)

    def _delete(self, options: dict[str, Any]) -> None:
        hook = find_hook(options["slug"])
        if not options["yes"]:
            count = hook.deliveries.count()
            raise CommandError(f"{hook.slug}, and {count:,} rows of its messages: say --yes to delete them.")
        delete_hook(hook.slug)
        self.stdout.write(f"Deleted {hook.slug}.")


def _mapping_of(values: list[str] | None) -> dict[str, str] | None:
    if values is None:
        return None
    found = {}
    for text in values:
        name, sign, path = text.partition("=")
        if not sign:
            raise CommandError(f"A value is NAME=PATH, as in severity=$.labels.severity; not {text!r}.")
        found[name] = path
    return found


def _url_of(hook: Hook) -> str:
    """As it is reached from this machine; from elsewhere it has the name that ALLOWED_HOSTS gives it."""
    path = reverse("api:receive_message", kwargs={"slug": hook.slug})
    return f"http://{settings.HOST}:{settings.PORT}{path}"


def _time(moment: Any) -> str:
    return NOTHING if moment is None else f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
