"""A table of a page, from the figures of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def put(page: Path, begin: str, end: str, lines: Iterable[str]) -> None:
    """The page has these lines between its marks.

    Args:
        page: a Markdown file.
        begin: the mark before the table.
        end: the mark after it.
        lines: of the table.

    Raises:
        ValueError: the page has no marks.
    """
    text = page.read_text(encoding="utf-8")
    if begin not in text or end not in text:
        raise ValueError(f"{page}: the marks {begin} and {end} are missing; put them back where the table belongs")
    before, _, rest = text.partition(begin)
    table = "\n".join(lines)
    page.write_text(f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}", encoding="utf-8")
