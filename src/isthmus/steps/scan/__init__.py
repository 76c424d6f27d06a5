"""Step 3: what is in the text of a call, and who is spoken of."""

from isthmus.steps.scan.exact_list import ExactList
from isthmus.steps.scan.exact_list import read as read_exact
from isthmus.steps.scan.identifiers import Identifier, read_catalogue
from isthmus.steps.scan.loading import Scanner, load_scanner
from isthmus.steps.scan.own import OwnPattern, pattern_problem
from isthmus.steps.scan.people import people
from isthmus.steps.scan.scanner import scan, scan_text
from isthmus.steps.scan.validity import value_problem

__all__ = [
    "ExactList",
    "Identifier",
    "OwnPattern",
    "Scanner",
    "load_scanner",
    "pattern_problem",
    "people",
    "read_catalogue",
    "read_exact",
    "scan",
    "scan_text",
    "value_problem",
]
