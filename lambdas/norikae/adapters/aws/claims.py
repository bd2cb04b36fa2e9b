"""The claims on nodes in the table."""
