"""The controllers that bring secrets into a cluster besides norikae; docs/world/secrets.md."""
