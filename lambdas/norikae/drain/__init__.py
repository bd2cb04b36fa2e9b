"""Nodes that go away: what was announced, whose pods move when, and what is said about it."""
