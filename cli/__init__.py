"""``norikae`` in a terminal: the verbs of ``norikae.commands.model``, said to the function Operator command."""
