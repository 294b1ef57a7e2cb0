from tests.faults.fixtures import any_home, home, postgres_home

__all__ = ["any_home", "home", "postgres_home"]
