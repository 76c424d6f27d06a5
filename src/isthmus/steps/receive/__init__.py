"""Step 1: a client's bytes become a Call, within the limits of the configuration."""

from isthmus.steps.receive.receiving import receive

__all__ = ["receive"]
