"""The controllers inside each simulated cluster, Argo CD among them."""
