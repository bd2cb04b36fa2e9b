"""What AWS says about secrets: one small parser for each kind of event, and the table of them."""
