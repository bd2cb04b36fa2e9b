"""How an environment file is read and checked; ``stacks.environment_file`` is the way in."""
