"""Clients of the gateway."""
