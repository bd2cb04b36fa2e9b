"""Whether a credential of a chat is anywhere but in Secrets Manager: tokens, and keys with which chats sign."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local.canary import LENGTH, Canary
from local.demo.sink_watch import SinkWatch

if TYPE_CHECKING:
    from local.sinks import Place
    from local.world import World

_WORD = re.compile(rf"[A-Za-z0-9]{{{LENGTH},}}")


class Credentials:
    """What proves norikae to the chats of a world, and the chats to norikae.

    Args:
        world: whose; its chats are set up.
    """

    name = "no credential of a chat is anywhere but in Secrets Manager"

    def __init__(self, world: World) -> None:
        app = world.slack.app
        known = [app.token, app.signing_key] if app else []
        known += [*world.chatwork.tokens, *(webhook.token for webhook in world.chatwork.webhooks)]
        self._count = len(known)
        self._canaries = [(Canary.of(word) if word else None, one.encode()) for one in known for word in [_word(one)]]

    def is_in(self, content: str | bytes) -> bool:
        """Whether a credential, as it is or coded, is in something."""
        raw = content.encode(errors="surrogatepass") if isinstance(content, str) else content
        return any(plain in raw or (canary is not None and canary.is_in(raw)) for canary, plain in self._canaries)

    def may_be_at(self, place: Place) -> bool:
        """It belongs nowhere; Secrets Manager, and an operator's call that keeps it there, are no sinks."""
        del place
        return False

    def exists(self) -> str:
        """How many there are."""
        return f"{self._count} are known" if self._count else ""


def credential_watch(world: World) -> SinkWatch:
    """A search for the credentials of a world's chats."""
    return SinkWatch(Credentials(world))


def _word(credential: str) -> str:
    """The longest part that text writes as it is; "" when none is long enough to be no chance."""
    return max(_WORD.findall(credential), key=len, default="")
