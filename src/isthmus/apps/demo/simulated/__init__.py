"""Simulated models of two ecosystems, answering by rules on real sockets."""
