"""A desk at which everything may be said, and what follows from it in words: for pages whose examples are executed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from norikae.environment import Access
from norikae.environment.secrets import SecretSync
from norikae.errors import NorikaeError
from norikae.upgrade.lease import Lease
from norikae.upgrade.state import Flags, ReleasedItem
from tests.unit.commands.people import RIN, TOKEN, Office
from tests.unit.fakes.story import RUN

BEGINS = ("plan", "start", "adopt", "unadopt", "clean-green")
SLACK = "T01AB/U02CD"
"""Who sits there, in Slack; in Chatwork it is Rin's account."""


class Desk(Office):
    """Somebody who may say everything, in an environment with all that commands are about."""

    def __init__(self, verb: str) -> None:
        super().__init__()
        people = (msgspec.structs.replace(RIN, name="mio", slack=SLACK),)
        self.ports.environment = msgspec.structs.replace(
            self.ports.environment, access=Access(people=people), secret_sync=SecretSync(secrets=("billing/*",))
        )
        self.ports.settings = replace(
            self.ports.settings, adopt_machine="arn:adopt", clean_machine="arn:clean", shift_machine="arn:shift"
        )
        self.asking = self.asked()
        if verb in BEGINS:
            self.ports.table.leases[""] = Lease("", RUN, 7)
        if verb == "resume":
            self.ports.table.delete(RUN, "APPROVAL#plan")

    def effect_of(self, command: dict[str, Any]) -> str:
        """What follows from a command, in words."""
        stands_for = {"CODE": self.asking.code, "PLAN_HASH": self.asking.plan_hash}
        try:
            answer = self.says(RIN, **{key: stands_for.get(str(value), value) for key, value in command.items()})
        except NorikaeError as error:
            return f"refused: {error}"
        return self.followed(command["command"], answer)

    def followed(self, verb: str, answer: dict[str, Any]) -> str:
        """What followed from a command that was answered so, in words."""
        return self._answered(verb, answer) or "; ".join(self._changed()) or "changes nothing"

    def _answered(self, verb: str, answer: dict[str, Any]) -> str:
        if verb == "status":
            return f"says where {answer['run']} is"
        if verb == "help":
            return "says what mio may" if answer["commands"]["adopt"]["may"] else ""
        if verb == "windows":
            return "says when upgrades may move" if answer["now"]["open"] else ""
        if "application" in answer and "started" in answer:
            return f"starts a shift of {answer['application']}"
        if "started" in answer:
            return f"starts {answer['started']}{', a dry run' if answer.get('dry_run') else ''}"
        return f"sends {'a sweep' if answer['sent'] == 'sweep' else answer['sent']}" if "sent" in answer else ""

    def _changed(self) -> list[str]:
        flags = self.ports.table.read(RUN, "FLAGS", Flags) or Flags()
        words = [word for word in ("paused", "aborted") if getattr(flags, word)]
        words += [f"held: {name}" for name in flags.held] + [f"sent back: {name}" for name in flags.sent_back]
        words += [f"skipped: {one.application} {one.gate}" for one in flags.skipped]
        said = [f"flags {', '.join(words)}"] if words else []
        said += [f"wakes {token.removeprefix(f'{TOKEN}/')}: {to['next']}" for token, to in self.woken.items()]
        released = self.ports.table.read(RUN, "RELEASED#billing", ReleasedItem)
        said += ["releases billing"] if released else []
        return said + [f"asks for {one['detail']['node']}" for one in self.ports.notes.sent]
