"""Step 3: what is in the text of a call, and who is spoken of."""

from isthmus.steps.scan.people import people
from isthmus.steps.scan.scanner import Scanner, load_scanner, scan, scan_text

__all__ = ["Scanner", "load_scanner", "people", "scan", "scan_text"]
