from tests.faults.fixtures import home, template

__all__ = ["home", "template"]
