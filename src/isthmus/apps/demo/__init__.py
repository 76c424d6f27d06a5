"""The demo: calls through the real SDK against the real server, before two simulated ecosystems."""
