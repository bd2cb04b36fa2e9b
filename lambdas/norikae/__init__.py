"""norikae: every application of an EKS cluster moves to a new cluster, one at a time, without losing a request."""
