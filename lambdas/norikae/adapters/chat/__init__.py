"""Chats over HTTPS, and the tokens with which they are spoken to."""
