"""What all tests share: the network is off but for loopback (see pyproject), and asyncio is the only loop colour."""
