"""What norikae says in sentences, in Japanese: English text, as the sources have it, to the same in Japanese.

What a text names stands in braces, by the same name in both; ``norikae.chat.translated`` finds it there. What Japanese
leaves out has a name that begins with an underscore, and what is somebody else's is called ``words``. A test
(``tests/unit/chat/test_japanese.py``) shows that each sentence of the sources is here and that nothing else is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from norikae.chat.japanese import (
    applications,
    building,
    commands,
    findings,
    gates,
    news,
    outside,
    owners,
    questions,
    runs,
    secrets,
    shifts,
    syncing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLES: Final[tuple[Mapping[str, str], ...]] = tuple(
    part.TEXTS
    for part in (
        *(applications, building, commands, findings, gates, news, outside, owners, questions, runs, secrets, shifts),
        syncing,
    )
)
"""Every template in English with the same in Japanese."""
