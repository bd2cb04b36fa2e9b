"""Requests over HTTP as clients of the applications make them."""
