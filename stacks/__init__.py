"""The CDK stack: one per environment; ``norikae_stack.py`` composes one construct per capability."""
