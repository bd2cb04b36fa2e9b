"""A rotated secret reaches every live cluster, in seconds, and its value nowhere else."""
