"""The stylesheet in the repository has what pages need, as the theme has it today."""

from tests.theme.styles import missing_for


def test_nothing_that_templates_or_code_name_is_missing() -> None:
    assert missing_for() == set(), "type `make theme`, and commit what it made"
