"""What the core needs of Secrets Manager."""

from typing import Protocol


class Secrets(Protocol):
    """Secrets Manager, to read only; a value is handed on and never kept, logged or answered."""

    def read(self, name: str) -> dict[str, str]:
        """The current value of a secret that holds a JSON object of texts.

        Raises:
            NotFoundError: there is no such secret.
            RefusedError: the value is not a JSON object of texts; the text names the secret, never the value.
        """
