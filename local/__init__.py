"""The embedded world: AWS, two Kubernetes clusters, their controllers and clients, on one machine and in virtual time."""
