"""What the templates themselves keep to, whether or not a test has rendered them."""

import re
from pathlib import Path

from config import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
UNWANTED = re.compile(r"(?<!aria-)\b(please|sorry|invalid|oops|unfortunately|illegal|forbidden)\b", re.IGNORECASE)
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def _text(path: Path) -> str:
    return COMMENT.sub("", path.read_text())


def _found(paths: list[Path], pattern: str) -> list[str]:
    return [f"{path.relative_to(ROOT)}: {hit[0]}" for path in paths for hit in re.finditer(pattern, _text(path))]


def test_nothing_is_let_through_unescaped() -> None:
    assert _found(TEMPLATES, r"\|\s*safe\b|autoescape|Markup") == []


def test_no_page_template_holds_a_script_a_style_or_a_handler() -> None:
    mails = [path for path in TEMPLATES if path.is_relative_to(ROOT / "templates/email")]
    pages = [path for path in TEMPLATES if path not in mails]
    assert len(mails) > 10
    assert _found(pages, r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:") == []


def test_no_sentence_begs_blames_or_apologises() -> None:
    """In pages, mails and the script."""
    paths = [*TEMPLATES, *sorted((ROOT / "static").rglob("*.js"))]
    assert {path.name: found for path in paths if (found := UNWANTED.findall(_text(path)))} == {}


def test_every_template_is_used() -> None:
    """By a view, another template, or by a name that is made up of a method's, a mail's or a way in's."""
    sources = [path.read_text() for path in [*TEMPLATES, *(ROOT / "portal").rglob("*.py")]]
    made = re.compile(r"methods/\w+/[\w.]+|email/\w+/[\w.]+|components/ways/\w+[.]txt")
    names = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]
    unused = [name for name in names if not made.fullmatch(name) and not any(name in text for text in sources)]
    assert unused == []


def test_every_method_has_every_part() -> None:
    """Shared pages include them by the method's name."""
    folders = [path for path in (ROOT / "templates/methods").iterdir() if path.is_dir()]
    needed = {"label.txt", "wizard_label.txt", "choice.html", "card.html", "setup.html", "check.html", "icon.svg"}
    assert len(folders) >= 2
    assert {folder.name: needed - {path.name for path in folder.iterdir()} for folder in folders} == {
        folder.name: set() for folder in folders
    }
