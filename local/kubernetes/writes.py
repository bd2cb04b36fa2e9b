"""What is known of one write besides its object."""

from dataclasses import dataclass

from local.kubernetes.users import User


@dataclass(frozen=True)
class Write:
    """One write.

    Args:
        user: who writes.
        field_manager: the name under which the fields are owned; by default made of the user's name.
        operation: Update, or Apply for server-side apply.
        version: the API version in which the object was sent.
        subresource: "" or "status".
        dry_run: whether nothing is stored.
    """

    user: User
    field_manager: str = ""
    operation: str = "Update"
    version: str = ""
    subresource: str = ""
    dry_run: bool = False

    @property
    def manager(self) -> str:
        """The field manager."""
        return self.field_manager or self.user.name.removeprefix("system:").rpartition("/")[2]
