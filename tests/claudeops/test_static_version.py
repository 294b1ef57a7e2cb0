"""The address of a file of the console carries what is in the files: another content, another address."""

from pathlib import Path

from claudeops.static_version import static_version


def test_it_is_the_same_while_nothing_changes_and_another_afterwards(tmp_path: Path) -> None:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "page.js").write_text("1")
    first = static_version(tmp_path)
    assert static_version(tmp_path) == first
    (tmp_path / "js" / "page.js").write_text("2")
    changed = static_version(tmp_path)
    (tmp_path / "js" / "page.js").rename(tmp_path / "js" / "other.js")
    assert len({first, changed, static_version(tmp_path)}) == 3
