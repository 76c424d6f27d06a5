"""HTTP: the way in for programs."""

from isthmus.server.gateway_protocol import Build, Gateway
from isthmus.server.limits import ServerLimits
from isthmus.server.run import run

__all__ = ["Build", "Gateway", "ServerLimits", "run"]
