"""Which sources say something in chats, and which of their strings nobody reads there, each with its reason."""

from __future__ import annotations

from .sentences import FACT

SPOKEN = (
    *("argocd", "cluster", "compare", "ownership", "preflight", "report/cost.py", "singletons"),
    *("approvals", "capacity", "commands", "gates", "scheduled/start.py", "support", "traffic", "upgrade", "windows"),
    *(
        "zone",
        "chat/answer.py",
        "chat/reply.py",
        "drain/busy.py",
        "drain/wording.py",
        "duration.py",
        "errors.py",
        "settings.py",
    ),
    *("adapters/aws", "adapters/http", "adapters/kubernetes", "secret_sync", "stacks/alarms.py"),
)
"""Files and folders below ``norikae`` whose sentences end in a chat: as an answer, a reason, or a notification."""

SILENT = {
    "commands/model.py": "what help says of verbs; norikae.chat.phrases has it in Japanese, by verb",
    **dict.fromkeys(
        ("adapters/aws/claims.py", "adapters/aws/compute.py", "adapters/aws/fleet.py", "secret_sync/events/table.py"),
        "words of AWS that are looked for",
    ),
    "secret_sync/sealed.py": "what a programmer reads who logs a value",
    "traffic/by_hand.py": "a file of commands for a terminal",
    "upgrade/changes.py": "the list of changes in the plan, which is a document",
}
"""Files among them that say nothing there."""

_MIDDLE = "the middle or the end of a sentence that is there as a whole"
UNSAID = {
    **dict.fromkeys((", or use pause for the whole run", "there are", "kept by", "lost with the machine:"), _MIDDLE),
    **dict.fromkeys(("against a budget:", "makes the plan", "has started", "was abandoned", "not adopted"), _MIDDLE),
    **dict.fromkeys(("not let go of", f"in the last {FACT} s", f" (and {FACT} more in findings.json)"), _MIDDLE),
    **dict.fromkeys((f", {FACT} by the load balancer itself", " from the load balancer"), _MIDDLE),
    **dict.fromkeys(("they have gone", "they are current", f"was edited by hand: {FACT} is missing"), _MIDDLE),
    "was edited by hand: not all of its values are those that norikae wrote": _MIDDLE,
    **dict.fromkeys((" and waits for another try", "is no such application", f"is tagged {FACT}={FACT}"), _MIDDLE),
    **dict.fromkeys(("is no record of what it followed on blue", f"has no tag {FACT}", "node group"), _MIDDLE),
    **dict.fromkeys(("node groups", f" ({FACT} missing on green)", f", and so on for {FACT} more"), _MIDDLE),
    **dict.fromkeys(
        (f"{FACT}; by --policy={FACT} it deletes nothing", " and of ", f" and {FACT} is not {FACT}"), _MIDDLE
    ),
    **dict.fromkeys((" in private zones, which norikae does not shift", "it is removed"), _MIDDLE),
    **dict.fromkeys(("it is announced to be removed", "it was announced to be removed"), _MIDDLE),
    **dict.fromkeys((f"it or its Argo CD Application {FACT}", f"it comes again at {FACT}", "it is over"), _MIDDLE),
    f"let norikae lease it {FACT}, or {FACT}": "there with where to read on",
    f"the check could not be made: {FACT}: {FACT}": "there with both facts as one",
    f"{FACT}, then resume": "there with what stands before it",
    f"{FACT} {FACT} of {FACT} to be deleted": "there with node groups and with add-ons",
    **dict.fromkeys(
        (
            *("(docs/ownership.md, 'Before the first lease')", "(norikae.dev/owner: lease; docs/ownership.md)"),
            "(docs/application-teams.md, 'Two names for each Ingress')",
            "(docs/console.md, 'Handing the public names over')",
        ),
        "where to read on, in English",
    ),
    f"aws eks update-cluster-config --region {FACT} --name {FACT} --access-config "
    "authenticationMode=API_AND_CONFIG_MAP": "a command",
    "aws route53 delete-resource-record-set-protections": "a command",
    **dict.fromkeys(("deprecated apis", "cluster health", "Gateway's listeners"), "what AWS and Kubernetes call it"),
    **dict.fromkeys(("does not support dry run", "failed calling webhook"), "words of the API server"),
    **dict.fromkeys(
        (f'Content-Type: multipart/mixed; boundary="{FACT}"', "Content-Type: application/node.eks.aws"), "headers"
    ),
    "kubectl apply, long ago": "who wrote an object",
    **dict.fromkeys(
        (f"{FACT}, and {FACT}", f"{FACT}; {FACT}, or {FACT}", f"{FACT} ({FACT} of {FACT} values)"), _MIDDLE
    ),
    **dict.fromkeys((f"{FACT} in ({FACT})", f"{FACT} notin ({FACT})"), "a selector of Kubernetes"),
    **dict.fromkeys((f"{FACT} of {FACT}: {FACT}; {FACT}", f"{FACT} of {FACT}: {FACT}: {FACT}"), "told by their parts"),
    **dict.fromkeys((f"{FACT} ({FACT}) for {FACT}: {FACT}", f" by {FACT}{FACT}"), "figures of clients"),
    f"{FACT} is {FACT} {FACT} in {FACT} values": "why a gate passes; nobody is told",
    f"{FACT} names {FACT}, {FACT}": "there with the attribute that it names",
    f"{FACT} at {FACT}": "where in the source",
    f"{FACT}, which {FACT} owns": "words of the API server",
    **dict.fromkeys((" is missing", " is no field of it", "get, patch"), _MIDDLE),
    **dict.fromkeys(
        (
            "is empty; write the name or the ARN of a secret in Secrets Manager",
            "is an ARN, but not of a secret; write arn:aws:secretsmanager:..., or its name",
            "is no name of a secret; names have letters, digits and /_+=.@- only, at most 512",
            f"is {FACT}, {FACT}, which no secret of AWS may become; use another type",
            (
                f"is a secret of account {FACT} in {FACT}; norikae carries those of account {FACT} in {FACT} only: "
                f"replicate it to {FACT}, or copy it to this account, and name that one"
            ),
        ),
        _MIDDLE,
    ),
    **dict.fromkeys((f"the Secret has version {FACT}", "Expected str"), "for programs and logs"),
    **dict.fromkeys(("a copy", "not a letter", "said by norikae itself", "from elsewhere"), "words of a log"),
    **dict.fromkeys(("gave up", "late again"), "names of NOTES"),
    "the end of support": "how the audit trail calls who asks",
    "dead letters": "a word that programs read",
    "Mapping[str, str]": "a type",
    "pk = :pk AND begins_with(sk, :sk)": "for DynamoDB",
    **dict.fromkeys(
        (
            *(f"norikae adopt {FACT}", f"norikae unadopt {FACT}", f"norikae clean-green {FACT}"),
            *(f"norikae run={FACT} application={FACT} decommission", f"norikae run={FACT} forget {FACT}"),
            *(f"norikae run={FACT} application={FACT} hand-back", f"contested weight={FACT}"),
            *(f"norikae env={FACT} run={FACT} application={FACT}", f"norikae run={FACT} application={FACT} {FACT}"),
        ),
        "a comment of Route 53",
    ),
}
"""Strings that nobody reads, or not by themselves."""

_TOGETHER = "put together of parts"
FROM_ELSEWHERE = {
    **dict.fromkeys(
        (
            "Expected `{_kind}` of length <= {most} - at `{where}`",
            "Expected `{_kind}` matching regex {_form} - at `{where}`",
            "Expected `{kind}`, got `{other}` - at `{where}`",
            "Invalid enum value {value} - at `{where}`",
        ),
        "msgspec",
    ),
    "{where}: {node} ({kind}): {what}": "drain/wording.py: names alone",
    **dict.fromkeys(("kept by {names}", "lost with the machine: {names}", "against a budget: {names}"), _TOGETHER),
    **dict.fromkeys(("{count} nodes", "{count} pod", "{count} pods", "and {count} more"), _TOGETHER),
    **dict.fromkeys(
        ("there are: {names}", "{verb} takes: {names}", "role {role}", "role {role} or {others}"), _TOGETHER
    ),
    **dict.fromkeys(("{cluster} is adopted", "{cluster} is undone", "{cluster} is not adopted"), _TOGETHER),
    **dict.fromkeys(("{cluster} is not let go of", "schedule {name} makes the plan {run}"), _TOGETHER),
    "command: {name}: name the {_field} to {verb}, or use pause for the whole run": _TOGETHER,
    "{who} finished the run as it is: {why}": _TOGETHER,
    "{why} (and {count} more in findings.json)": _TOGETHER,
    "{why}; resume when they are current": _TOGETHER,
    '{why}; {reverted}, or norikae.dev/scale: "false" on its Ingress takes it as it is': _TOGETHER,
    "{place} was edited by hand: {keys} is missing": _TOGETHER,
    "{place} was edited by hand: not all of its values are those that norikae wrote": _TOGETHER,
    "{errors} of {count} requests ended with 5xx ({percent} %), {own} by the load balancer itself": _TOGETHER,
    "status {status} from the load balancer": _TOGETHER,
    "let norikae lease it (norikae.dev/owner: lease; docs/ownership.md), or {remedy}": _TOGETHER,
    "the check could not be made: {why}": _TOGETHER,
    "external-dns of {one} and of {other} have the same --txt-owner-id={owner}, so each deletes the other's records": (
        _TOGETHER
    ),
    **dict.fromkeys(("write json or text or binary", "write keep or flatten", "write repair or report"), _TOGETHER),
    **dict.fromkeys(("SecretSync {namespace}/{name}: spec{problem}", ".templates.{key} {problem}"), _TOGETHER),
    "{field}: expected {type}, got {other}; {remedy}": "msgspec, with a remedy",
    "{field}: invalid enum value {value}; {remedy}": "likewise",
    "failed {count} times, {most} tolerated and not readable {number} times in a row, {limit} tolerated": _TOGETHER,
    "{group}: {percent} % of {count} targets are not healthy, {most} % allowed": _TOGETHER,
    "{where} names client_keep_alive.seconds, {remedy}": _TOGETHER,
    **dict.fromkeys(("{field} is missing", "{field} is no field of it"), _TOGETHER),
    ".secret is empty; write the name or the ARN of a secret in Secrets Manager": _TOGETHER,
    ".secret is an ARN, but not of a secret; write arn:aws:secretsmanager:..., or its name": _TOGETHER,
    ".secret is no name of a secret; names have letters, digits and /_+=.@- only, at most 512": _TOGETHER,
    ".target.type is {type}, {what}, which no secret of AWS may become; use another type": _TOGETHER,
    "{name} is a secret of account {account} in {region}; norikae carries those of account {own} in {home} only: "
    "replicate it to {same}, or copy it to this account, and name that one": _TOGETHER,
    **dict.fromkeys(
        (
            "{why} (and {count} more)",
            "{query} is {value}, has to be {operator} {threshold} ({count} of {total} values)",
        ),
        _TOGETHER,
    ),
    **dict.fromkeys(("{why}; still enlarged: {what}", "{application} ({outcome})"), _TOGETHER),
    "blue: {seconds} s": _TOGETHER,
    **dict.fromkeys(("{application} ({outcome}: {why})", "the nodes of {cluster}"), _TOGETHER),
    "schedule {name} started nothing: {why}; it is over, or say {verb} yourself": _TOGETHER,
    "{host} {type} is protected in Route 53 by somebody else, {said}; have them lift it (docs/locks.md), then "
    "resume": _TOGETHER,
    **dict.fromkeys(("node group {name} is {status}", "it would run in both clusters, and it has no {key}"), _TOGETHER),
    "it would run in both clusters, and its {key} is {value}": _TOGETHER,
    "its volume stays with blue, and green gets an empty one, and it has no {key}": _TOGETHER,
    "its volume stays with blue, and green gets an empty one, and its {key} is {value}": _TOGETHER,
    "the first sync of green runs it again, and it has no {key}": _TOGETHER,
    "the first sync of green runs it again, and its {key} is {value}": _TOGETHER,
    "annotate it or its Argo CD Application {name} with {key}: one of {names}": _TOGETHER,
    "--registry={registry} shows no owners in Route 53; by --policy={policy} it deletes nothing": _TOGETHER,
    "start it with {flags}, and so on for {count} more": _TOGETHER,
    "{instance} wants a {kind} for it in private zones, which norikae does not shift: {resource}: {why}": _TOGETHER,
    **dict.fromkeys(
        (f"its {{source}} name{s} it and {{annotation}} is not annotation-only" for s in ("", "s")), _TOGETHER
    ),
    "{remedy} (docs/application-teams.md, 'Two names for each Ingress')": _TOGETHER,
    **dict.fromkeys((f"its sync is {{status}} and waits for another try{why}" for why in ("", ": {words}")), _TOGETHER),
    **dict.fromkeys((f"{{count}} difference{s} ({{missing}} missing on green)" for s in ("", "s")), _TOGETHER),
    "it is in its annotation {key}, which the load balancer controller writes back: set the seconds there, in Git, an "
    "hour or more before the upgrade, and take shift.client_keep_alive out, or take the attribute out of the "
    "annotation": _TOGETHER,
}
"""What is there in Japanese and is no whole sentence of a source."""
