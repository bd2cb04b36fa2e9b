"""What a run asks, who stopped it, and what windows say."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # Questions
    "May {count} applications move from {blue} ({version}) to {green} ({newer})?": (
        "{count}個のアプリケーションを {blue} ({version}) から {green} ({newer}) へ移行してよいですか?"
    ),
    "May {cluster} be deleted? This cannot be undone.": (
        "{cluster} を削除してよいですか? 削除すると元に戻すことはできません。"
    ),
    "{what}\nWhole difference: {report}": "{what}\n差分の全体: {report}",
    "{application} can move to {green}; {team} starts it with the command shift": (
        "{application} は {green} へ移行できます。{team} が shift コマンドで開始してください"
    ),
    "{application} can move to {green}; {team} starts it with the command shift (asked {count} times)": (
        "{application} は {green} へ移行できます。{team} が shift コマンドで開始してください(確認{count}回目)"
    ),
    "its team": "担当チーム",
    "{application} does not come back to blue: {why}": "{application} を blue に戻せません: {why}",
    "run {run} has no comparison to ask about; resume the run, which compares the wave again": (
        "{run} には確認対象の比較結果がありません。resume すると、もう一度比較します"
    ),
    "{application} was released before its team could be asked": (
        "{application} は担当チームに確認する前に許可されました"
    ),
    "aborted by {who} before it could wait": "待機する前に {who} が中止しました",
    "aborted by {who} before it could wait for the window": "作業時間帯を待つ前に {who} が中止しました",
    # What people said
    "aborted by {who}": "{who} が中止しました",
    "aborted by {who}: {words}": "{who} が中止しました: {words}",
    "paused by {who}": "{who} が一時停止しました",
    "an operator aborted the run": "実行の中止が指示されています",
    "an operator holds the application or paused the run": (
        "アプリケーションの保留、または実行の一時停止が指示されています"
    ),
    "{who} said no to the plan": "{who} が計画を却下しました",
    "{who} said no to the plan: {words}": "{who} が計画を却下しました: {words}",
    "{who} said no to the difference": "{who} が差分を却下しました",
    "{who} said no to the difference: {words}": "{who} が差分を却下しました: {words}",
    # Windows
    "run {run} is in {phase}, and no phase that windows are for follows it": (
        "{run} は {phase} にあり、作業時間帯を確認するフェーズが続きません"
    ),
    "the phase {phase}": "フェーズ「{phase}」",
    "{application} to {weight} %": "{application} の {weight} % への変更",
    "still closed after {count} looks: {why}; resume when it is open": (
        "{count}回確認しましたが、まだ作業時間帯外です({why})。作業時間帯になったら resume してください"
    ),
    "run {run} goes on: {why}": "実行 {run} を続行します: {why}",
    "{application} goes on: {why}": "{application} を続行します: {why}",
    "run {run}: {why}": "実行 {run}: {why}",
    "the window closes in {left}, and {what} may take {how}": (
        "作業時間帯は残り {left} ですが、{what}には最長 {how} かかります"
    ),
    "{why}; {what} goes on all the same (windows.at_end: finish)": (
        "{why}。windows.at_end: finish のため、{what}をそのまま続行します"
    ),
    "{why}; it goes back to blue (windows.at_end: roll-back)": (
        "{why}。windows.at_end: roll-back のため、blue に戻します"
    ),
    "{why}; no opening that is long enough is known; change windows, or open the calendar, then resume": (
        "{why}。十分な長さの作業時間帯が見つかりません。windows を変更するかカレンダーを開いてから、resume してください"
    ),
    "{why}; {what} waits until {when}": "{why}。{what}は {when} まで待ちます",
    "a Change Calendar is closed: {names}": "Change Calendar が閉じています: {names}",
    "a step of a shift": "移行の 1 ステップ",
    "`{rule}` is denied": "`{rule}` により禁止されています",
    "`{rule}` is allowed": "`{rule}` により許可されています",
    "nothing denies it": "禁止する規則はありません",
    "no rule limits it": "制限する規則はありません",
    "no rule of windows.allow is open": "windows.allow のどの規則でも許可されていない時間帯です",
    '"{name}" is no time zone; write a name such as UTC, Asia/Tokyo or Europe/Berlin': (
        '"{name}" というタイムゾーンはありません。UTC、Asia/Tokyo、Europe/Berlin のような名前で書いてください'
    ),
    '"{rule}" is no rule of days and hours; {remedy}': '"{rule}" は曜日と時刻の規則ではありません。{remedy}',
    "write days, hours, or days and hours, such as `mon-thu 10:00-17:00`": (
        "曜日、時刻、またはその両方を `mon-thu 10:00-17:00` のように書いてください"
    ),
    '"{rule}" names days twice; separate days by commas, such as `sat,sun`, without spaces': (
        '"{rule}" には曜日が二度書かれています。`sat,sun` のように、空白なしのカンマで区切ってください'
    ),
    '"{word}" is no day that a rule knows; {remedy}': '"{word}" は規則で使える曜日ではありません。{remedy}',
    "did you mean `{name}`?": "`{name}` のことですか?",
    "days are {names}, or dates such as 2026-12-25": "使えるのは {names}、または 2026-12-25 のような日付です",
    '"{rule}" ends before it begins; write the earlier date first': (
        '"{rule}" は終わりが始まりより前です。早い日付を先に書いてください'
    ),
    '"{word}" is no date of the calendar; write year-month-day, such as 2026-12-25': (
        '"{word}" は存在しない日付です。2026-12-25 のように年-月-日で書いてください'
    ),
    '"{rule}" is no span of hours; write both as hh:mm, such as 10:00-17:00 or 22:00-04:00': (
        '"{rule}" は時刻の範囲ではありません。10:00-17:00 や 22:00-04:00 のように、両方を hh:mm で書いてください'
    ),
    '"{rule}" is no time at all; end it later, or write 00:00-24:00 for the whole day': (
        '"{rule}" は長さがありません。終わりを遅くするか、終日なら 00:00-24:00 と書いてください'
    ),
    "{count} min": "{count}分",
    "{hours} h": "{hours}時間",
    "schedule {name}": "スケジュール {name}",
}
"""English to Japanese."""
