"""Why a command is refused, and what its answer says besides."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # Who may say it
    "{who} may not {what} in {where}: it {has}; {roles} may (access in the environment file, docs/access.md)": (
        "{who} は {where} で {what} を実行できません({has})。"
        "実行できるのは {roles} です(環境ファイルの access、docs/access.md)"
    ),
    "has only the role {roles}": "持っている役割は {roles} だけです",
    "has only the role {roles} and {others}": "持っている役割は {roles}、{others} だけです",
    "has no role here": "ここでの役割がありません",
    "is a shift, which may only pause and abort": "移行の処理が実行できるのは pause と abort だけです",
    "is a schedule, which may only start and plan": "スケジュールが実行できるのは start と plan だけです",
    "role {role}": "{role}",
    "role team of {team}": "{team} の team",
    "role {role} or {others}": "{role} か {others}",
    "somebody who does not prove who they are": "本人確認のできない利用者",
    "somebody without a proof": "署名のない利用者",
    "an execution without a name": "名前のない実行",
    "an application": "アプリケーション",
    "an operator": "担当者",
    "(none named)": "(指定なし)",
    "none": "なし",
    "command: actor: a function that speaks for people in chats has to say for whom": (
        "チャットの利用者に代わって送る関数は、誰の依頼かを示す必要があります"
    ),
    "{who} may not say who somebody is: only norikae's own functions may; leave the field actor out": (
        "{who} は依頼者を指定できません。指定できるのは norikae 自身の関数だけです。actor を外してください"
    ),
    "command: actor: id: a schedule has to say what it is called": "スケジュールは自分の名前を示す必要があります",
    "{who} may not speak for norikae: it is no shift that lives and holds {what} in run {where}": (
        "{who} は norikae としては操作できません。実行 {where} で {what} を移行中の処理ではありません"
    ),
    # What is wrong with it
    "command: there is no command {name}; {near}": "{name} というコマンドはありません。{near}",
    "command: {name}: there is no such field; {near}": "{name} という項目はありません。{near}",
    "did you mean {name}?": "{name} のことですか?",
    "there are: {names}": "あるもの: {names}",
    "{verb} takes: {names}": "{verb} に指定できるもの: {names}",
    "command: {problem}; docs/commands.md has every field": (
        "項目の値が正しくありません({problem})。すべての項目は docs/commands.md にあります"
    ),
    "Expected `{_kind}` of length <= {most} - at `{where}`": "{where} は {most} 文字以内です",
    "Expected `{_kind}` matching regex {_form} - at `{where}`": "{where} の書式が正しくありません",
    "Invalid enum value {value} - at `{where}`": "{where} に {value} は指定できません",
    "Expected `{kind}`, got `{other}` - at `{where}`": "{where} は {other} ではなく {kind} です",
    "command: environment: this is norikae of {where}, not of {other}; say it to that environment's operator-command": (
        "ここは {where} の norikae で、{other} のものではありません。{other} の operator-command に送ってください"
    ),
    "command: {name}: {verb} takes no such field; it takes: {fields}": (
        "{verb} に {name} は指定できません。指定できるもの: {fields}"
    ),
    "command: {name}: name the {_field} to {verb}": "{verb} の対象({name})を指定してください",
    "command: {name}: name the {_field} to {verb}, or use pause for the whole run": (
        "{verb} の対象({name})を指定してください。実行全体を止めるには pause を使ってください"
    ),
    "command: run: no run has been started in this environment; name one": (
        "この環境ではまだ実行がありません。run を指定してください"
    ),
    "command: node: {node} is no name of a node; write it as kubectl get nodes shows it, or the id of its instance": (
        "{node} はノード名ではありません。kubectl get nodes の表示どおりの名前か、インスタンス ID を指定してください"
    ),
    "command: cluster: {cluster} is neither blue nor green by the record; there are: {names}": (
        "{cluster} は記録上の blue でも green でもありません。あるもの: {names}"
    ),
    "command: application: run {run} does not plan to move {what}; it moves: {names}": (
        "{run} の計画に {what} はありません。計画にあるもの: {names}"
    ),
    "command: gate: {gate}: no such gate judges {what}; there are: {names}": (
        "{what} を判定するゲートに {gate} はありません。あるもの: {names}"
    ),
    "command: {problem}; a version is written like 1.35, an application as plans call it": (
        "開始の指定が正しくありません({problem})。バージョンは 1.35 の形で、"
        "アプリケーションは計画にある名前で書いてください"
    ),
    "command: {verb}: this environment carries no secrets; name them in secret_sync.secrets of the environment file "
    "and deploy": (
        "この環境ではシークレットを配布していないため、{verb} は実行できません。"
        "環境ファイルの secret_sync.secrets に追加してデプロイしてください"
    ),
    # What waits for a yes or a no
    "the plan that waits has hash {hash}, not {other}; read what waits and approve its hash": (
        "待っている計画のハッシュは {hash} です({other} ではありません)。内容を確認し、そのハッシュで承認してください"
    ),
    "the difference that waits has hash {hash}, not {other}; read what waits and approve its hash": (
        "待っている差分のハッシュは {hash} です({other} ではありません)。内容を確認し、そのハッシュで承認してください"
    ),
    "run {run} does not wait for an approval of 'anything'; ask for its status": (
        "{run} が待っている承認はありません。status を確認してください"
    ),
    "run {run} does not wait for an approval of {subject}; ask for its status": (
        "{run} は {subject} の承認を待っていません。status を確認してください"
    ),
    "no question of run {run} that waits has the code {code}; ask for its status, which has what waits and its code": (
        "{run} で待っている質問に、コード {code} のものはありません。status で質問とコードを確認してください"
    ),
    "command: subject: several questions wait ({subjects}); name one, or its code": (
        "複数の質問が待っています({subjects})。subject かコードで指定してください"
    ),
    "the question about {subject} of run {run} has expired: nobody answered by approvals.deadline, which counts as a "
    "no; ask for its status, and resume or start its next attempt": (
        "{run} の質問 {subject} は approvals.deadline までに回答がなく、却下の扱いになりました。"
        "status を確認し、resume するか、次の試行を開始してください"
    ),
    "the question with the code {code} is about hash {hash}, not {other}; read what waits": (
        "コード {code} の質問のハッシュは {hash} で、{other} ではありません。待っている内容を確認してください"
    ),
    "{who} may not approve {subject} of run {run}, having started it; somebody else with role approver may "
    "(approvals.requester in the environment file)": (
        "{who} は自分で開始した {run} の {subject} を承認できません。"
        "役割 approver を持つ別の人が承認してください(環境ファイルの approvals.requester)"
    ),
    "{who} may not approve {subject} of run {run}: this environment has to know who says yes; say it in a chat or "
    "with a proof, as one of access.people with role approver": (
        "{who} は {run} の {subject} を承認できません。この環境では承認者が特定できる必要があります。"
        "access.people に役割 approver で登録された人が、チャットか署名付きで承認してください"
    ),
    "{who} said yes to {subject} of run {run}; a second person has to say it, too": (
        "{who} が {run} の {subject} を承認しました。もう一人の承認が必要です"
    ),
    # Where the run is
    "run {run} has ended ({outcome}); start its next attempt, then say it again": (
        "{run} は終了しています({outcome})。次の試行を開始してから、もう一度送ってください"
    ),
    "run {run} is not open; start its next attempt, then say it again": (
        "{run} は実行中ではありません。次の試行を開始してから、もう一度送ってください"
    ),
    "run {run} is open, and an environment has one run at a time; ask for its status, or abort it": (
        "{run} が実行中です。一つの環境で同時に実行できるのは一つだけです。status を確認するか、abort してください"
    ),
    "run {run} has no plan; runs begin with an execution of the upgrade machine": (
        "{run} には計画がありません。実行は upgrade ステートマシンから始まります。status を確認してください"
    ),
    "{count} runs to {version} were started today already; start the next one in Step Functions": (
        "{version} への実行は本日すでに{count}回開始されています。次の実行は Step Functions から開始してください"
    ),
    "run {run} does not wait with some applications on blue, so it cannot be finished by hand; ask for its status, or "
    "abort it": (
        "{run} は一部を blue に残して待っている状態ではないため、finish できません。"
        "status を確認するか、abort してください"
    ),
    "a shift of {names} is not over; wait for it, or hold it, then finish": (
        "{names} の移行が終わっていません。終了を待つか、hold してから finish してください"
    ),
    "{who} finished the run as it is": "{who} が現状のまま終了しました",
    "{who} finished the run as it is: {why}": "{who} が現状のまま終了しました: {why}",
    "decommission has begun: nothing can be rolled back any more; use pause to stop it": (
        "blue の撤去が始まっているため、もう切り戻せません。止めるには pause を使ってください"
    ),
    "{application} has moved already, so no gate of its shift is left to be skipped": (
        "{application} はすでに移行済みのため、スキップできるゲートはありません"
    ),
    "there is no green by the record; name the cluster that is to be removed": (
        "記録上の green がありません。削除するクラスターを指定してください"
    ),
    # What stands in the way
    "NORIKAE_{name} is not set; stacks/permissions.py gives it to a function": (
        "NORIKAE_{name} が設定されていません。この値は stacks/permissions.py が関数に渡します"
    ),
    "NORIKAE_ACCESS: {problem}; it maps role ARNs to Kubernetes groups, in JSON": (
        "NORIKAE_ACCESS が正しくありません({problem})。ロールの ARN と Kubernetes のグループの対応を JSON で書きます"
    ),
    "{function} cannot be reached ({how}); {then}": "{function} に接続できません({how})。{then}",
    "{function} broke off ({name}: {words}); {then}": "{function} が途中で終了しました({name}: {words})。{then}",
    "whether it took effect is unknown: ask for the status": "反映されたかは不明です。status で確認してください",
    "{function} failed: {name}: {words}; its log group has the rest": (
        "{function} でエラーが発生しました({name}: {words})。詳細はロググループを確認してください"
    ),
    "{what} ended with an unexpected {how}": "{what} で予期しないエラーが発生しました({how})",
    "a letter": "コマンドの処理",
    "the words of an answer": "回答の作成",
    "an answer": "回答の送信",
    "chatwork: the letter names no room to answer in": "回答先の Chatwork のルームが指定されていません",
    "the dead letters cannot be moved now: {why}": "デッドレターを今は移動できません: {why}",
    "{call}: {count} letters were not taken: {codes}": "{count}通の依頼をキューに送れませんでした({call}: {codes})",
    "{call} was refused with {code}: {words}": "{call} が拒否されました({code}): {words}",
    "no AWS credentials to prove with who speaks; sign in, then say it again": (
        "依頼者を証明する AWS 認証情報がありません。サインインしてから、もう一度送ってください"
    ),
    "sts:GetCallerIdentity: no answer to a proof; it may be said again": (
        "署名の確認に応答がありません(sts:GetCallerIdentity)。もう一度送ってください"
    ),
    "sts:GetCallerIdentity: no connection to prove who calls": "依頼者の確認に接続できません(sts:GetCallerIdentity)",
    "command: proof: STS does not accept it ({code}); sign a new one": (
        "署名が STS に受け付けられませんでした({code})。署名し直してください"
    ),
    "command: proof: it is no proof of norikae's; leave it out, or let norikae sign one": (
        "norikae の署名ではありません。proof を外すか、norikae に署名させてください"
    ),
    "command: proof: it is not for {endpoint}; sign it in the environment's own region": (
        "{endpoint} 宛ての署名ではありません。環境のリージョンで署名してください"
    ),
    "command: proof: it is no signed question about who calls with {header}; let norikae sign one": (
        "{header} を含む GetCallerIdentity の署名ではありません。norikae に署名させてください"
    ),
    "command: proof: it is signed for another region or service; let norikae sign one": (
        "別のリージョンまたはサービスの署名です。norikae に署名させてください"
    ),
    "command: proof: it is not from the last {seconds} seconds; set the clock right and sign a new one": (
        "署名が直近{seconds}秒以内のものではありません。時刻を合わせて署名し直してください"
    ),
    "there is no run {run}; ask for the status, which names the last one, then say it again": (
        "{run} という実行はありません。status で最新の実行を確認して、もう一度送ってください"
    ),
    "command: code: name the plan that you approve by its code or hash, which the status has": (
        "承認する計画をコードかハッシュで指定してください。どちらも status で確認できます"
    ),
    "command: code: name the difference that you approve by its code or hash, which the status has": (
        "承認する差分をコードかハッシュで指定してください。どちらも status で確認できます"
    ),
}
"""English to Japanese."""
