"""A dry run says what an import would do, and writes nothing."""

from pathlib import Path

import pytest

from tests.costs.transcript_files import answer, import_paths, ledger, write

pytestmark = pytest.mark.django_db


def test_it_says_what_the_import_will_say(tmp_path: Path) -> None:
    import_paths(write(tmp_path / "a.jsonl", answer("msg_1", output=5), answer("msg_2", output=5)))
    before = ledger()
    lines = [answer(f"msg_{n % 700}", output=10, isSidechain=n % 3 == 0) for n in range(1500)]
    write(tmp_path / "a.jsonl", *lines, b"{", answer("msg_x", model="gpt"), answer(model="<synthetic>"))
    rehearsed = import_paths(tmp_path / "a.jsonl", dry_run=True)
    assert ledger() == before
    done = import_paths(tmp_path / "a.jsonl")
    assert rehearsed == f"Dry run: nothing was written.\n{done}"
    assert "records updated                2" in done
    assert ledger() != before
