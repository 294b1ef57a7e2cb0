from typing import Any

import orjson
from django.core.management.base import CommandError, CommandParser

from scheduling.editing import (
    change_schedule,
    create_schedule,
    delete_schedule,
    find_schedule,
    pause_schedule,
    resume_schedule,
)
from scheduling.management.schedule_arguments import add_fields, add_times, given_fields
from scheduling.management.schedule_printing import detail_table, fires_table, list_table, preview_table
from scheduling.models import FireState, Schedule
from scheduling.preview import preview_schedule
from scheduling.running import run_schedule
from scheduling.schemas import FireOut, PreviewOut, ScheduleOut
from system.printing import print_table
from system.verbs import VerbCommand, Verbs
from system.wire import Out

BY = "command line"


class Command(VerbCommand):
    help = (
        "Schedules: list, show, add, change, pause, resume, run, delete, preview, fires."
        " Exit code 1 where something is refused, 2 where the command is not understood."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = Verbs(parser, "schedule", help="its number, or its name if no other has it")

        listed = verbs.add("list", "All schedules, by name.", self._list)
        listed.add_argument("--agent", help="only of this agent")
        listed.add_argument("--paused", action="store_true", help="only those that are paused")
        shown = verbs.add_of_one("show", "One schedule, and its next due times.", self._show)
        added = verbs.add("add", "Make one; it is due from now on.", self._add)
        added.add_argument("name")
        add_fields(added, is_new=True)
        added.add_argument("--paused", action="store_true", help="not due before it is resumed")
        changed = verbs.add_of_one("change", "Change what is given, and nothing else.", self._change)
        changed.add_argument("--name")
        add_fields(changed, is_new=False)
        paused = verbs.add_of_one("pause", "Nothing is due until it is resumed.", self._pause)
        paused.add_argument("--reason", default="")
        verbs.add_of_one("resume", "Due again, from now on.", self._resume)
        verbs.add_of_one("run", "Run it now, as at a due time.", self._run)
        deleted = verbs.add_of_one("delete", "Delete it, and what became of its due times.", self._delete)
        deleted.add_argument("--yes", action="store_true", help="without it nothing is deleted")
        previewed = verbs.add("preview", "When one would be due, and who else is.", self._preview)
        add_times(previewed, needs_cron=True)
        fires = verbs.add_of_one("fires", "What became of its due times, the last first.", self._fires)
        fires.add_argument("--limit", type=int, default=20)
        fires.add_argument("--state", choices=FireState.values)
        for each in (shown, previewed):
            each.add_argument("--viewer-timezone", default="", help="where you live (TIME_ZONE)")
        for each in (listed, shown, previewed, fires):
            each.add_argument("--json", action="store_true", help="print JSON, as the API has it")

    def _list(self, options: dict[str, Any]) -> None:
        rows = Schedule.objects.order_by("name", "pk")
        rows = rows.filter(agent_id=options["agent"]) if options["agent"] else rows
        rows = rows.filter(enabled=False) if options["paused"] else rows
        if options["json"]:
            self._write_json([ScheduleOut.of(one) for one in rows])
        elif rows:
            print_table(self.stdout, list_table(rows))
        else:
            self.stdout.write(
                "There is no such schedule." if Schedule.objects.exists() else "No schedule yet."
            )

    def _show(self, options: dict[str, Any]) -> None:
        one = _named(options["schedule"])
        if options["json"]:
            self._write_json(ScheduleOut.of(one))
            return
        print_table(self.stdout, detail_table(one))
        if one.enabled:
            self._print_preview(one, options)

    def _add(self, options: dict[str, Any]) -> None:
        fields = {**given_fields(options), "enabled": not options["paused"]}
        self._tell(create_schedule(fields, by=BY), "Added")

    def _change(self, options: dict[str, Any]) -> None:
        fields = given_fields(options)
        if not fields:
            raise CommandError("Say what is to be changed: manage.py schedule change --help", returncode=2)
        self._tell(change_schedule(_named(options["schedule"]).pk, fields, by=BY), "Changed")

    def _pause(self, options: dict[str, Any]) -> None:
        self._tell(pause_schedule(_named(options["schedule"]).pk, reason=options["reason"], by=BY), "Paused")

    def _resume(self, options: dict[str, Any]) -> None:
        self._tell(resume_schedule(_named(options["schedule"]).pk, by=BY), "Resumed")

    def _run(self, options: dict[str, Any]) -> None:
        runs = run_schedule(_named(options["schedule"]).pk, by=BY)
        for execution in runs.executions:
            self.stdout.write(f"Queued execution {execution.uid} on node {execution.node_id}.")
        if runs.refused:
            raise CommandError(" ".join(f"{one.node_id}: {one.detail}" for one in runs.refused))

    def _delete(self, options: dict[str, Any]) -> None:
        one = _named(options["schedule"])
        if not options["yes"]:
            fires = one.fires.count()
            raise CommandError(
                f"{one.name} ({one.pk}) and {fires:,} rows of its due times: say --yes to delete them."
            )
        delete_schedule(one.pk)
        self.stdout.write(f"Deleted {one.name}.")

    def _preview(self, options: dict[str, Any]) -> None:
        self._print_preview(Schedule(**given_fields(options)), options)

    def _fires(self, options: dict[str, Any]) -> None:
        rows = _named(options["schedule"]).fires.select_related("execution").order_by("-due_at", "node_id")
        rows = rows.filter(state=options["state"]) if options["state"] else rows
        shown = list(rows[: max(1, options["limit"])])
        if options["json"]:
            self._write_json([FireOut.of(fire) for fire in shown])
        elif shown:
            print_table(self.stdout, fires_table(shown))
        else:
            self.stdout.write("None of its due times has come yet.")

    def _print_preview(self, one: Schedule, options: dict[str, Any]) -> None:
        preview = preview_schedule(one, viewer_timezone=options["viewer_timezone"])
        if options["json"]:
            self._write_json(PreviewOut.of(preview))
            return
        self.stdout.write(preview.words)
        print_table(self.stdout, preview_table(preview))
        for note in preview.notes:
            self.stdout.write(note)

    def _tell(self, one: Schedule, what: str) -> None:
        self.stdout.write(f"{what} schedule {one.pk}, {one.name}.")
        if one.enabled:
            preview = preview_schedule(one)
            due = f"{preview.due[0].local:%Y-%m-%d %H:%M %Z}" if preview.due else "never again"
            self.stdout.write(f"{preview.words}; next: {due}.")
            for note in preview.notes:
                self.stdout.write(note)

    def _write_json(self, value: Out | list[Any]) -> None:
        found = (
            [each.model_dump(mode="json") for each in value]
            if isinstance(value, list)
            else value.model_dump(mode="json")
        )
        self.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())


def _named(text: str) -> Schedule:
    """Raises NotFound, and CommandError where several have that name."""
    named = list(Schedule.objects.filter(name=text).order_by("pk"))
    if len(named) == 1:
        return named[0]
    if len(named) > 1:
        numbers = ", ".join(str(one.pk) for one in named)
        raise CommandError(f"Several schedules are called {text!r}; say which by its number: {numbers}.")
    if text.isascii() and text.isdigit() and len(text) < 19:
        return find_schedule(int(text))
    known = ", ".join(Schedule.objects.order_by("name").values_list("name", flat=True)[:20])
    raise CommandError(f"There is no schedule {text!r}; known are: {known or 'none'}.")
