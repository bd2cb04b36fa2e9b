"""One writer per hosted zone: what shall change is written down as intents, and one function applies them together."""
