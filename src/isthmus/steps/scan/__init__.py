"""Step 3: what is in the text of a call, and who is spoken of."""

from isthmus.steps.scan.loading import Scanner, load_scanner
from isthmus.steps.scan.people import people
from isthmus.steps.scan.scanner import scan, scan_text

__all__ = ["Scanner", "load_scanner", "people", "scan", "scan_text"]
