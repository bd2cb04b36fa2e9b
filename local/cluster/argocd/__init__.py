"""A model of Argo CD 3.4 in one cluster: what it does, when, and where its status misleads."""
