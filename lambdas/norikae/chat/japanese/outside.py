"""Why AWS, Kubernetes, or a name on the network did not do what it was asked."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # AWS
    'the trust policy of {role} would have {count} characters: {words}; raise the quota "Role trust policy length" of '
    "IAM, shorten the policy, or move the service account to Pod Identity": (
        "{role} の信頼ポリシーが{count}文字になります: {words}。"
        'IAM のクォータ "Role trust policy length" を引き上げるか、ポリシーを短くするか、ServiceAccount を Pod '
        "Identity に移してください"
    ),
    "no access to {what}": "{what} へのアクセス権がありません",
    "cloudwatch:GetMetricData: InternalError for {what}": (
        "cloudwatch:GetMetricData: {what} で InternalError が発生しました"
    ),
    "{user} ({count} requests in 30 days)": "{user}(30 日間に{count}リクエスト)",
    "{why}, or by an attempt whose answer was lost": "{why}(または、応答を受け取れなかった試行による変更です)",
    "{call}: {words}; somebody else wrote between our read and our write, nothing was changed": (
        "{call}: {words}。読み取りと書き込みの間に norikae 以外が書き込んだため、何も変更していません"
    ),
    "this SDK knows no protections of record sets": "この SDK はレコードの保護に対応していません",
    "secretsmanager:GetSecretValue of {secret} was answered without a value": (
        "{secret} の secretsmanager:GetSecretValue の応答に値がありません"
    ),
    "{call} of {secret}: an answer that cannot be read ({kind})": "{secret} の {call} の応答を読み取れません({kind})",
    "Secrets Manager has no secret {secret}, which the environment file names": (
        "環境ファイルにあるシークレット {secret} が Secrets Manager にありません"
    ),
    "secret {secret} has to be a JSON object whose values are texts": (
        "シークレット {secret} は、値がすべて文字列の JSON オブジェクトにしてください"
    ),
    "norikae asks Route 53 once in {seconds} s, and too many wait for that": (
        "Route 53 への要求は{seconds}秒に 1 回のため、順番待ちが多すぎます"
    ),
    # Kubernetes
    "more than one PodDisruptionBudget": "PodDisruptionBudget が複数あります",
    "the API server at {where} does not serve {version} {type}": (
        "{where} の API サーバーは {version} {type} を提供していません"
    ),
    "the API server at {where} does not know {resource}": "{where} の API サーバーに {resource} がありません",
    "cluster {cluster} is {status} and has no endpoint yet": (
        "クラスター {cluster} は {status} で、まだエンドポイントがありません"
    ),
    "{request} was answered {status}: {words}": "{request} の応答: {status}: {words}",
    "{request} was answered {status} {reason}: {words}": "{request} の応答: {status} {reason}: {words}",
    "the admission webhook {name} denied it": "admission webhook {name} に拒否されました",
    "the ValidatingAdmissionPolicy {name} denied it": "ValidatingAdmissionPolicy {name} に拒否されました",
    "the ResourceQuota {name} is used up": "ResourceQuota {name} の上限に達しています",
    "the namespace is being deleted": "namespace が削除中です",
    "all namespaces": "すべての namespace",
    "norikae has no right to {verb} {resource} in {where}; its ClusterRoles give it (lambdas/manifests/rbac.yaml): "
    "adopt the cluster again with this release": (
        "{where} の {resource} に対する {verb} の権限がありません。"
        "ClusterRole(lambdas/manifests/rbac.yaml)で与えられるため、このリリースでクラスターをもう一度 adopt "
        "してください"
    ),
    "norikae has no right to {verb} it; give the group norikae:secrets a Role in namespace {namespace} with resources "
    "[secrets]{_names} and verbs [{verbs}]": (
        "{verb} の権限がありません。namespace {namespace} の Role で、グループ norikae:secrets に secrets の "
        "{verbs} を許可してください"
    ),
    "{request}: the cluster does not know the kind any more": "{request}: クラスターにこの kind がもうありません",
    "the discovery of {what} was answered with something that cannot be read": (
        "{what} の discovery の応答を読み取れません"
    ),
    "{request} was not answered: {words}": "{request} に応答がありません: {words}",
    "{request} was answered with something that cannot be read": "{request} の応答を読み取れません",
    "no AWS credentials to sign the Kubernetes token with": "Kubernetes のトークンに署名する AWS 認証情報がありません",
    "there is no node {node}": "ノード {node} がありません",
    # The network
    "its name cannot be resolved": "名前を解決できません",
    "it refuses the connection": "接続が拒否されました",
    "no connection within {seconds} s": "{seconds}秒以内に接続できません",
    "no answer within {seconds} s": "{seconds}秒以内に応答がありません",
    "{request} was answered {status}": "{request} の応答: {status}",
    "{request} was answered {status} {reason}": "{request} の応答: {status} {reason}",
}
"""English to Japanese."""
