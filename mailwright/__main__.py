"""`python -m mailwright` is `mailwright`."""

import sys

from mailwright.cli import process

sys.exit(process())
