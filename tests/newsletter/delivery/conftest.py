"""Helpers of the tests of delivery."""

import sys
from pathlib import Path

# `sent_editions` beside this file is imported by name.
sys.path.append(str(Path(__file__).parent))
