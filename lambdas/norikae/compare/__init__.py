"""What a sync would put on green, compared with what lives on blue, before a person or a rule lets it happen."""
