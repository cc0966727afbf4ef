"""Servers of providers stand beside the tests of transports, and are imported by name."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "transports"))
