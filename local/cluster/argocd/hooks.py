"""Hooks: objects that a sync makes at its phases, and that are no part of what an application should be.

Source: ``gitops-engine/pkg/sync/hook`` (Types, DeletePolicies, the Helm hooks that count as which); Argo CD docs,
"Resource Hooks".
"""

from __future__ import annotations

from local.cluster.objects import Json, annotation

HOOK = "argocd.argoproj.io/hook"
POLICY = "argocd.argoproj.io/hook-delete-policy"
_HELM, _HELM_POLICY = "helm.sh/hook", "helm.sh/hook-delete-policy"
PHASES = ("PreSync", "Sync", "PostSync")
SKIP = "Skip"
_OF_HELM = {"pre-install": "PreSync", "pre-upgrade": "PreSync", "post-install": "PostSync", "post-upgrade": "PostSync"}
_POLICIES_OF_HELM = {
    "before-hook-creation": "BeforeHookCreation",
    "hook-succeeded": "HookSucceeded",
    "hook-failed": "HookFailed",
}
_IGNORED_OF_HELM = {"crd-install", "test", "test-success"}


def hook_types(obj: Json) -> tuple[str, ...]:
    """The phases in which a manifest is a hook, or "Skip"; none for an ordinary one."""
    own = _listed(annotation(obj, HOOK))
    if own:
        return own
    return tuple(
        dict.fromkeys(_OF_HELM.get(one, one) for one in _listed(annotation(obj, _HELM)) if one not in _IGNORED_OF_HELM)
    )


def unknown_hooks(obj: Json) -> list[str]:
    """Hook types that this model does not run."""
    return [one for one in hook_types(obj) if one not in (*PHASES, SKIP)]


def is_hook(obj: Json) -> bool:
    """Whether an object is a hook, or never applied."""
    return bool(hook_types(obj))


def delete_policies(obj: Json) -> tuple[str, ...]:
    """When a hook is deleted; before the next one is made, unless it says otherwise."""
    helm = tuple(_POLICIES_OF_HELM[one] for one in _listed(annotation(obj, _HELM_POLICY)) if one in _POLICIES_OF_HELM)
    return _listed(annotation(obj, POLICY)) or helm or ("BeforeHookCreation",)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
