from tests.faults.fixtures import any_home, home, postgres_home, template

__all__ = ["any_home", "home", "postgres_home", "template"]
