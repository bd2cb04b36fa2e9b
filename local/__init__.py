"""The embedded world: AWS, two clusters, their controllers and clients, on one machine and in virtual time."""
