"""Step 3: what is in the text of a call, and who is spoken of."""

from isthmus.steps.scan.identifiers import Identifier, read_catalogue
from isthmus.steps.scan.loading import Scanner, load_scanner
from isthmus.steps.scan.people import people
from isthmus.steps.scan.scanner import scan, scan_text
from isthmus.steps.scan.validity import value_problem

__all__ = [
    "Identifier",
    "Scanner",
    "load_scanner",
    "people",
    "read_catalogue",
    "scan",
    "scan_text",
    "value_problem",
]
