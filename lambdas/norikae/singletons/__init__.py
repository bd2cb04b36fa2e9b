"""What must not run in both clusters at once: found, kept suspended on green, handed off, handed back."""
