"""The people of these stories."""

from tests.local.secrets.safe import people

__all__ = ["people"]
