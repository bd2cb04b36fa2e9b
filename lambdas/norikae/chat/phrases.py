"""The fixed texts of answers, in every language of chats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from norikae.commands.model import Verb
    from norikae.environment.notify import Language

Text = dict["Language", str]

DONE: Final[dict[str, Text]] = {
    "plan": {
        "en": "The plan of {run} is being made; nothing is changed by it.",
        "ja": "{run} の計画を作成しています。これによって変更されるものはありません。",
    },
    "start": {"en": "{run} has started.", "ja": "{run} を開始しました。"},
    "again": {
        "en": "{run} was begun by the same words before; nothing is started anew.",
        "ja": "{run} は同じ依頼ですでに開始されています。新たに開始するものはありません。",
    },
    "approve": {
        "en": "Yes to {subject} of {run}: it goes on.",
        "ja": "{run} の {subject} を承認しました。続行します。",
    },
    "first yes": {
        "en": "Your yes to {subject} of {run} is kept; a second person has to say it, too.",
        "ja": "{run} の {subject} への承認を記録しました。もう一人の承認が必要です。",
    },
    "reject": {"en": "No to {subject} of {run}.", "ja": "{run} の {subject} を却下しました。"},
    "too late": {
        "en": "{subject} of {run} was over before this came; nothing hears it. Ask for the status.",
        "ja": "{run} の {subject} は先に終了していたため、届きませんでした。status で確認してください。",
    },
    "pause": {
        "en": "{run} stays where it is from its next look on; weights stay.",
        "ja": "{run} は次の確認から現在の位置で停止します。重みはそのままです。",
    },
    "resume": {"en": "{run} goes on.", "ja": "{run} を再開しました。"},
    "resume one": {"en": "{application} goes on.", "ja": "{application} を再開しました。"},
    "hold": {
        "en": "{application} keeps its weight from the next look on.",
        "ja": "{application} は次の確認から現在の重みを保ちます。",
    },
    "shift": {"en": "{application} may move.", "ja": "{application} の移行を許可しました。"},
    "skip-gate": {
        "en": "{application} passes without the gate {gate} until its shift is over.",
        "ja": "{application} は移行が終わるまで、ゲート {gate} なしで通過します。",
    },
    "roll-back": {"en": "{application} goes back to blue.", "ja": "{application} を blue に戻します。"},
    "abort": {
        "en": "Every application of {run} goes back to blue, and the run ends.",
        "ja": "{run} のすべてのアプリケーションを blue に戻し、実行を終了します。",
    },
    "finish": {
        "en": "{run} ends as it is; both clusters stay.",
        "ja": "{run} を現状のまま終了します。両方のクラスターが残ります。",
    },
    "drain": {
        "en": "{node} will be emptied as its budgets allow; messages tell how far it is.",
        "ja": "{node} を PDB の範囲で空にします。進み具合は通知されます。",
    },
    "adopt": {
        "en": "{cluster} is being adopted; a message tells how it ended.",
        "ja": "{cluster} の取り込みを開始しました。結果は通知されます。",
    },
    "unadopt": {
        "en": "What was done to adopt {cluster} is being taken back; a message tells how it ended.",
        "ja": "{cluster} の取り込みを取り消しています。結果は通知されます。",
    },
    "clean-green": {
        "en": "{cluster} is being removed; a message tells how it ended.",
        "ja": "{cluster} を削除しています。結果は通知されます。",
    },
    "sweep-secrets": {
        "en": "Every secret of {clusters} is looked at.",
        "ja": "{clusters} のすべてのシークレットを確認します。",
    },
    "redrive-secrets": {
        "en": "Secrets that were laid aside are tried once more.",
        "ja": "保留されたシークレットをもう一度試します。",
    },
}
"""What was done, by the verb or by how it came out; in braces fields of the command and of its answer."""

ABOUT: Final[dict[Verb, str]] = {
    "help": "使えるコマンドを表示します。",
    "status": "実行の状況、待っていること、重みを表示します。",
    "windows": "アップグレードを進めてよい作業時間帯を、現在とこれからについて表示します。",
    "plan": "アップグレードの計画と事前確認だけを行い、何も変更しません。",
    "start": "アップグレードを開始します。",
    "approve": "待っている質問に、コードまたはハッシュで「はい」と答えます。",
    "reject": "待っている質問に「いいえ」と答えます。",
    "pause": "実行をその場で止めます。重みはそのままです。",
    "resume": "実行、または一つのアプリケーションを再開します。",
    "hold": "一つのアプリケーションの重みを保ちます。",
    "shift": "一つのアプリケーションの移行を許可します。",
    "skip-gate": "一つのアプリケーションを、移行が終わるまで一つのゲートなしで通します。",
    "roll-back": "一つのアプリケーションを blue に戻します。",
    "abort": "すべてのアプリケーションを blue に戻し、実行を終了します。",
    "finish": "一部だけ移行した実行を、両方のクラスターを残して終了します。",
    "drain": "一つのノードを PDB の範囲で空にします。",
    "adopt": "現在稼働中のクラスターを norikae に取り込みます。",
    "unadopt": "adopt で行ったことをすべて取り消します。",
    "clean-green": "途中で終わった実行の green を削除します。",
    "sweep-secrets": "すべてのクラスターのすべてのシークレットを今すぐ確認します。",
    "redrive-secrets": "保留されたシークレットをもう一度試します。",
}
"""What a verb does, in Japanese; in English ``VERBS`` has it."""

LEADS: Final[dict[str, Text]] = {
    "NorikaeError": {"en": "That did not work", "ja": "実行できませんでした"},
    "TransientError": {"en": "That has not worked yet", "ja": "まだ実行できていません"},
    "ThrottledError": {"en": "Too much at once", "ja": "要求が集中しています"},
    "UnreachableError": {"en": "Something does not answer", "ja": "応答がありません"},
    "ConflictError": {"en": "Somebody else was first", "ja": "ほかの変更と重なりました"},
    "CredentialsExpiredError": {"en": "norikae's credentials have ended", "ja": "norikae の認証情報が失効しています"},
    "PermanentError": {"en": "That did not work", "ja": "実行できませんでした"},
    "BadRequestError": {"en": "That is no command as it stands", "ja": "コマンドが正しくありません"},
    "ForbiddenError": {"en": "That is not allowed", "ja": "権限がありません"},
    "SettingsError": {"en": "norikae is not set up for that", "ja": "norikae の設定に誤りがあります"},
    "RefusedError": {"en": "Refused", "ja": "受け付けられませんでした"},
    "LeaseHeldError": {"en": "Something else is at it", "ja": "ほかの実行が処理中です"},
    "StaleWriterError": {"en": "Another run has taken over", "ja": "別の実行に引き継がれています"},
    "ForeignWriteError": {
        "en": "A DNS record is somebody else's",
        "ja": "DNS レコードが norikae 以外に変更されています",
    },
    "GateFailedError": {"en": "A gate fails", "ja": "ゲートを通過していません"},
    "RollbackRefusedError": {"en": "Blue cannot take the traffic back", "ja": "blue に戻せません"},
    "ReleasedError": {"en": "It may move already", "ja": "すでに移行が許可されています"},
    "AbortedError": {"en": "It was aborted meanwhile", "ja": "その間に中止されました"},
    "NotFoundError": {"en": "There is no such thing", "ja": "見つかりません"},
    "AwsRefusedError": {"en": "AWS refused it", "ja": "AWS に拒否されました"},
}
"""How an answer begins that tells an error of ``norikae.errors``, by its class; the error's own text follows."""

NOTES: Final[dict[str, Text]] = {
    "place": {
        "en": "norikae takes no commands from here: notify in the environment file names where it does.",
        "ja": "ここからのコマンドは受け付けません。受け付ける場所は環境ファイルの notify にあります。",
    },
    "late": {
        "en": "This came {minutes} minutes after it was said, and was not carried out. Look at the status, "
        "and say it again if it is still wanted.",
        "ja": "送信から{minutes}分後に届いたため、実行していません。status を確認し、必要ならもう一度送ってください。",
    },
    "late again": {
        "en": "This came {minutes} minutes after it was said, having been tried before without an answer. It is not "
        "tried again, and may have had its effect then: ask for the status.",
        "ja": "送信から{minutes}分が過ぎたため、再試行しません。"
        "前回の試行で反映された可能性があります。status で確認してください。",
    },
    "gave up": {
        "en": "It was tried {times} times, and may have had its effect all the same: ask for the status.",
        "ja": "{times}回試しました。すでに反映されている可能性があるので、再送の前に status で確認してください。",
    },
    "once": {
        "en": "It may have had its effect all the same, and is not tried again: ask for the status.",
        "ja": "すでに反映されている可能性があるため、再試行しません。status で確認してください。",
    },
    "again": {
        "en": "It was tried before without an answer, and may have had its effect then: ask for the status.",
        "ja": "前回は応答が得られませんでしたが、そのとき反映された可能性があります。status で確認してください。",
    },
    "done": {
        "en": "{verb} is done, but its answer cannot be shown ({error}); ask for the status.",
        "ja": "{verb} は実行されましたが、結果を表示できません({error})。status で確認してください。",
    },
    "cut": {"en": "… and more; the terminal shows everything", "ja": "… 以下省略。ターミナルではすべて表示されます"},
    "may": {"en": "What you may say here:", "ja": "ここで使えるコマンド:"},
    "may not": {
        "en": "You have no role here, and may say nothing: access.people in the environment file gives one.",
        "ja": "役割がないため、使えるコマンドはありません。役割は環境ファイルの access.people にあります。",
    },
    "reasons": {
        "en": "A reason follows the word because: hold billing because release today",
        "ja": "理由は because の後に書きます: hold billing because 本日リリース",
    },
    "nothing": {"en": "no run has been started yet", "ja": "実行はまだありません"},
    "unknown": {
        "en": "Nothing is known of this run; status without a name shows the last one.",
        "ja": "この実行は見つかりません。名前なしの status で最新の実行を表示します。",
    },
    "always": {"en": "Upgrades may move on at any time.", "ja": "アップグレードはいつでも進められます。"},
}
"""Sentences by what they are about."""

LABELS: Final[dict[str, Text]] = {
    "phase": {"en": "phase", "ja": "フェーズ"},
    "since": {"en": "since", "ja": "開始"},
    "ended": {"en": "ended", "ja": "終了"},
    "waits": {"en": "waits for", "ja": "待機中"},
    "by": {"en": "by", "ja": "依頼者"},
    "paused": {"en": "paused", "ja": "一時停止中"},
    "aborted": {"en": "aborted", "ja": "中止"},
    "held": {"en": "held", "ja": "保留"},
    "sent_back": {"en": "sent back", "ja": "差し戻し"},
    "moved": {"en": "applications moved", "ja": "移行済みアプリケーション"},
    "question": {"en": "question", "ja": "質問"},
    "until": {"en": "until", "ja": "期限"},
    "yes": {"en": "yes by", "ja": "承認済み"},
    "open": {"en": "open", "ja": "開いています"},
    "closed": {"en": "closed", "ja": "閉じています"},
    "window": {"en": "window", "ja": "作業時間帯"},
    "next": {"en": "next", "ja": "次回"},
    "more": {"en": "more", "ja": "その他"},
    "adoption": {"en": "adoption", "ja": "取り込み"},
}
"""Words before a colon."""

OUTCOMES: Final[dict[str, str]] = {
    "succeeded": "成功",
    "planned": "計画済み",
    "partial": "一部のみ移行",
    "refused": "拒否",
    "rolled-back": "切り戻し済み",
    "held": "保留",
    "failed": "失敗",
    "waiting": "待機",
    "shifting": "移行中",
    "moved": "移行済み",
    "rollback-failed": "切り戻し失敗",
    "adopted": "取り込み済み",
    "undone": "取り消し済み",
}
"""How runs, applications and adoptions stand, in Japanese."""

PHASES: Final[dict[str, str]] = {
    "plan-upgrade": "計画の作成",
    "run-preflight": "事前確認",
    "request-plan-approval": "計画の承認",
    "check-window": "作業時間帯の確認",
    "ensure-green-cluster": "green の構築",
    "ensure-argo-cd": "Argo CD の導入",
    "sync-platform": "プラットフォームの同期",
    "sync-applications": "アプリケーションの同期",
    "compare-wave": "blue との差分の確認",
    "request-sync-approval": "差分の承認",
    "verify-green": "green の検証",
    "hand-over-green": "green への引き渡し",
    "shift-applications": "アプリケーションの移行",
    "conclude-shifts": "移行のまとめ",
    "hand-off-singletons": "シングルトンの引き継ぎ",
    "soak": "経過観察",
    "request-decommission-approval": "blue 撤去の承認",
    "decommission-blue": "blue の撤去",
    "roll-back-applications": "切り戻し",
    "restore-revisions": "リビジョンの復元",
    "hold-upgrade": "担当者の判断待ち",
}
"""Where a run is, in Japanese; a phase that is not here is shown by its own name."""

NODE_KINDS: Final[dict[str, str]] = {
    "launch": "起動",
    "rebalance": "リバランス推奨",
    "impaired": "異常",
    "asked": "手動の依頼",
    "scheduled": "予定イベント",
    "decommission": "撤去",
    "scaling": "スケールイン",
    "capacity": "キャパシティ予約の終了",
    "spot": "スポット中断",
    "state-change": "停止・終了",
}
"""Why a node goes, in Japanese (``norikae.drain.interruption``)."""

NODE_STATES: Final[dict[str, str]] = {
    "waiting": "待機",
    "begun": "drain 中",
    "blocked": "PDB により待機中",
    "drained": "空になったもの",
    "deadline-passed": "期限切れ",
    "gone": "消滅",
    "cancelled": "取りやめ",
    "kept": "存続",
    "told": "通知のみ",
    "dry-run": "dry run",
    "joined": "参加",
}
"""How far a node is, in Japanese (``norikae.drain.news``)."""

SUPPORT: Final[dict[str, str]] = {"standard": "標準", "extended": "延長"}
"""Which support of a version, in Japanese."""

BY_NAME: Final[dict[str, dict[str, str]]] = {
    "outcome": OUTCOMES,
    "phase": PHASES,
    "kind": NODE_KINDS,
    "state": NODE_STATES,
    "support": SUPPORT,
}
"""Names that have a word of their own in Japanese, by the key of a message or a template that has them."""
