"""The two state machines: their ASL files, and the construct that loads them."""
