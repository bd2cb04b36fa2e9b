"""Refusals and questions that people meet in chats often, in Japanese; the runbook has the English texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from norikae.environment.notify import Language

TEXTS: Final[tuple[tuple[str, str], ...]] = (
    (
        r"(?P<who>.+) may not (?P<what>.+) in (?P<where>\S+): it .+; (?P<roles>.+) may \(access in the .+",
        "{who} は {where} で {what} を実行できません。実行できるのは {roles} です(環境ファイルの access)",
    ),
    (
        r"(?P<who>.+) may not approve (?P<what>.+) of run (?P<run>\S+), having started it; .+",
        "{who} は自分で開始した {run} の {what} を承認できません。approver の別の人が承認してください",
    ),
    (
        r"(?P<who>.+) may not approve (?P<what>.+) of run (?P<run>\S+): this environment has to know who says yes; .+",
        "{who} は {run} の {what} を承認できません。環境ファイルの access.people に登録が必要です",
    ),
    (
        r"the question about (?P<what>.+) of run (?P<run>\S+) has expired: .+",
        "{run} の {what} は期限切れで「いいえ」とみなされました。resume するか、次の試行を開始してください",
    ),
    (
        r"no question of run (?P<run>\S+) that waits has the code '(?P<code>.*)'; .+",
        "{run} で待っている質問に、コード {code} のものはありません。status で質問とコードを確認してください",
    ),
    (
        r"the question with the code (?P<code>\S+) is about hash (?P<hash>\S+), not (?P<other>\S+); read what waits",
        "コード {code} の質問のハッシュは {hash} で、{other} ではありません。内容を確認してください",
    ),
    (
        r"the (?P<what>plan|difference) that waits has hash (?P<hash>\S+), not (?P<other>.+); read what waits .+",
        "待っている質問のハッシュは {hash} です({other} ではありません)。内容を確認してください",
    ),
    (
        r"run (?P<run>\S+) does not wait for an approval of .+",
        "{run} が待っている承認はありません。status を確認してください",
    ),
    (
        r"several questions wait \((?P<what>.+)\); name one, or its code",
        "複数の質問が待っています({what})。subject かコードで指定してください",
    ),
    (
        r"run (?P<run>\S+) has ended \((?P<how>.+)\); .+",
        "{run} は終了しています({how})。次の試行を開始してから、もう一度送ってください",
    ),
    (
        r"run (?P<run>\S+) is open, and an environment has one run at a time; .+",
        "{run} が実行中です。同時に実行できるのは一つだけです。status を確認するか、abort してください",
    ),
    (
        r"run (?P<run>\S+) does not plan to move '(?P<what>.*)'; it moves: (?P<names>.+)",
        "{run} の計画に {what} はありません。計画にあるもの: {names}",
    ),
    (
        r"(?P<gate>\S+): no such gate judges (?P<what>\S+); there are: (?P<names>.+)",
        "{what} を判定するゲートに {gate} はありません。あるもの: {names}",
    ),
    (
        r"decommission has begun: nothing can be rolled back any more; .+",
        "blue の撤去が始まっているため、もう戻せません。止めるには pause を使ってください",
    ),
    (
        r"run (?P<run>\S+) does not wait with some applications on blue, .+",
        "{run} は一部を blue に残して待っている状態ではないため、finish できません。status を確認してください",
    ),
    (
        r"this is norikae of (?P<where>\S+), not of (?P<other>.+); .+",
        "ここは {where} の norikae で、{other} のものではありません",
    ),
    (
        r"no run has been started in this environment; name one",
        "この環境ではまだ実行がありません",
    ),
    (
        r"name the (?P<what>plan|difference) that you approve .+",
        "承認する質問をコードかハッシュで指定してください。どちらも status で確認できます",
    ),
    (
        r"there is no run (?P<run>.+); ask for the status, which .+",
        "{run} という実行はありません。status で最新の実行を確認して、もう一度送ってください",
    ),
)
"""What an error says in English, and the same in Japanese; in braces what both have in common."""
SAID: Final[tuple[tuple[str, str], ...]] = (
    (
        r"May (?P<count>\d+) applications move from (?P<blue>\S+ \(\S+\)) to (?P<green>\S+ \(\S+\))\?",
        "{count}個のアプリケーションを {blue} から {green} へ移行してよいですか?",
    ),
    (
        r"May (?P<what>\S+) be deleted\? This cannot be undone\.",
        "{what} を削除してよいですか? 元に戻すことはできません",
    ),
    (r"(?P<what>.+)\nWhole difference: (?P<report>\S+)", "{what}\n差分の全体: {report}"),
    (
        r"(?P<what>\S+) can move to (?P<green>\S+); (?P<team>.+) starts it with the command shift(?: \(.+\))?",
        "{what} は {green} へ移行できます。{team} が shift コマンドで開始してください",
    ),
    (
        r"an operator holds the application or paused the run",
        "アプリケーションの保留、または実行の一時停止が指示されています",
    ),
    (r"an operator aborted the run", "実行の中止が指示されています"),
    (r"aborted by an operator(?P<why>(?:: .+)?)", "中止されました{why}"),
    (r"aborted by (?P<who>[^:]+)(?P<why>(?:: .+)?)", "{who} が中止しました{why}"),
    (r"paused by an operator", "一時停止が指示されています"),
    (r"paused by (?P<who>[^:]+)", "{who} が一時停止しました"),
    (
        r"(?P<who>.+) said no to the (?P<what>plan|difference)(?P<why>(?:: .+)?)",
        "{who} が {what} を却下しました{why}",
    ),
)
"""What a run asks, and why it waits or has ended, likewise."""
_FIELD = re.compile(r"command: (?:[a-z_]+: )?")
_KNOWN, _SAID = (
    tuple((re.compile(english, re.DOTALL), japanese) for english, japanese in texts) for texts in (TEXTS, SAID)
)


def in_japanese(text: str) -> str:
    """What an error says, in Japanese where that is known; as it is otherwise.

    Args:
        text: of an error that ``norikae.commands`` raised.
    """
    plain = _FIELD.sub("", text, count=1) if text.startswith("command: ") else text
    return _translated(plain, _KNOWN) or text


def said_in(language: Language, text: str) -> str:
    """What a run asks, or why it waits or has ended, in a language as far as that is known; as it is otherwise.

    Args:
        language: of who reads it.
        text: as the table has it.
    """
    return text if language == "en" else _translated(text, _SAID) or text


def _translated(text: str, known: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for english, japanese in known:
        if found := english.fullmatch(text):
            facts = found.groupdict()
            roles = str(facts.get("roles") or "").replace("role ", "").replace(" or ", " か ")
            return japanese.format(**{**facts, "roles": roles})
    return ""
