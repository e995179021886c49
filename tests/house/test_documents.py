"""The documents say what the code says."""

import re
from pathlib import Path

import pytest

from config import ROOT
from portal.cli.tables import limits_table, settings_table

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def test_readme_lists_every_setting_as_it_is() -> None:
    assert settings_table() in (ROOT / "README.md").read_text()


def test_security_lists_every_limit_as_it_is() -> None:
    assert limits_table() in (ROOT / "docs/security.md").read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    """Links between the project's own files; pictures too."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_a_document_names_exists(document: Path) -> None:
    """Words like `portal/access/limits.py`."""
    text = document.read_text()
    named = re.findall(r"`((?:portal|templates|static|tests|docs|migrations|bin)/[\w./-]*)`", text)
    assert [name for name in named if not (ROOT / name).exists()] == []
