"""A terminal in an embedded world: the command ``norikae`` by the same way as against AWS, and time that it moves."""
