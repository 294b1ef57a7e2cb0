"""A migration operation for what is no model: triggers, functions, rows moved by the database itself."""

from collections.abc import Callable

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

Work = Callable[[BaseDatabaseSchemaEditor], None]


class DatabaseWork(Operation):
    """Calls `forwards` or `backwards` with the schema editor alone.

    RunPython would render every model of that moment for its function, to be thrown away by the next
    operation: with all our triggers, a fifth of what the first start waits for.
    """

    reduces_to_sql = False

    def __init__(self, forwards: Work, backwards: Work) -> None:
        self.forwards = forwards
        self.backwards = backwards

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """No model changes."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self.forwards(schema_editor)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self.backwards(schema_editor)

    def describe(self) -> str:
        return "Work of the database itself"
