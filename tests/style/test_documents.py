"""What the documents name exists, and what exists for users is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .code import ROOT, modules

README_LINES = 200
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+\s+(.+?)\s*#*$", re.MULTILINE)
VERB = re.compile(r"\bmake ([a-z][a-z-]+)\b")
TARGET = re.compile(r"^([a-z][a-z-]*):.*## ", re.MULTILINE)
NAMED = re.compile(r"docs/(?!guide/)[a-z0-9/_-]+\.md")  # docs/guide is the AWS Load Balancer Controller's
DOCUMENTS = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")})


def verbs() -> set[str]:
    """The verbs that `make help` lists."""
    return set(TARGET.findall((ROOT / "Makefile").read_text()))


def code(document: Path) -> str:
    """What a document shows as something to type: fenced blocks and inline code."""
    text = document.read_text()
    blocks = [found[0] for found in FENCED.finditer(text)]
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", FENCED.sub("", text))])


def anchors(document: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a document."""
    headings = HEADING.findall(FENCED.sub("", document.read_text()))
    plain = [re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()) for heading in headings]
    return {heading.strip().replace(" ", "-") for heading in plain}


def broken(document: Path) -> Iterator[str]:
    """The links of a document that lead nowhere inside the repository."""
    for link in LINK.findall(FENCED.sub("", document.read_text())):
        target, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        path = (document.parent / target).resolve() if target else document
        exists = path.exists() and path.is_relative_to(ROOT)
        if not exists or (anchor and path.suffix == ".md" and anchor not in anchors(path)):
            yield link


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < README_LINES


def test_every_verb_is_explained_to_those_who_use_it_or_to_those_who_change_it() -> None:
    """`make` alone prints the list, so `help` needs no words."""
    named = {verb for name in ("README.md", "CONTRIBUTING.md") for verb in VERB.findall(code(ROOT / name))}
    assert named == verbs() - {"help"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_document_names_a_verb_that_does_not_exist(document: Path) -> None:
    assert set(VERB.findall(code(document))) <= verbs()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    assert list(broken(document)) == []


def test_every_verb_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert set(phony.split()) == verbs()


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    headings = HEADING.findall((ROOT / "CHANGELOG.md").read_text())
    assert any("unreleased" in heading.lower() for heading in headings)


def test_every_document_that_the_code_names_exists() -> None:
    """An error that sends people to a page must not send them nowhere."""
    named = {
        (str(path), page)
        for path, _ in [*modules(), (Path("app.py"), None)]
        for page in NAMED.findall((ROOT / path).read_text())
    }
    assert [where for where in sorted(named) if not (ROOT / where[1]).exists()] == []
