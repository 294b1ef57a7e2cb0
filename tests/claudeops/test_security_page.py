"""docs/security.md points to proofs that are there."""

import re
from pathlib import Path

from django.conf import settings

PAGE = Path(settings.BASE_DIR) / "docs" / "security.md"
LINK = re.compile(r"\[([^\]]+)\]\(([^)#]+)\)")


def test_every_proof_is_a_file_with_tests() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 10
    for row in rows:
        links = LINK.findall(row)
        assert links, f"no proof: {row}"
        for name, target in links:
            file = (PAGE.parent / target).resolve()
            assert file.relative_to(settings.BASE_DIR) == Path("tests") / name
            assert "def test_" in file.read_text()


def test_every_other_link_leads_somewhere() -> None:
    for _, target in LINK.findall(PAGE.read_text()):
        assert (PAGE.parent / target).exists(), target
