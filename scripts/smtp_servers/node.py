"""npm packages for the JavaScript servers, installed once and cached."""

import subprocess
from pathlib import Path

from smtp_servers.chroots import CACHE


def node_modules(package: str) -> Path:
    """The folder of an installed package."""
    folder = CACHE / "npm" / package
    if not (folder / "node_modules" / package / "package.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        quiet = ["--silent", "--no-audit", "--no-fund", "--omit=optional", "--ignore-scripts"]
        subprocess.run(["npm", "install", *quiet, "--prefix", str(folder), package], check=True)
    return folder / "node_modules"
