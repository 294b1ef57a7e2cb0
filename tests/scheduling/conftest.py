from tests.faults.fixtures import any_home, home, postgres_home, postgres_template, template, template_of

__all__ = ["any_home", "home", "postgres_home", "postgres_template", "template", "template_of"]
