"""Packages of npm for the servers that are written in JavaScript, installed once and kept."""

import subprocess
from pathlib import Path

from smtp_servers.chroots import CACHE


def node_modules(package: str) -> Path:
    """The folder in which a package stands."""
    folder = CACHE / "npm" / package
    if not (folder / "node_modules" / package / "package.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        quiet = ["--silent", "--no-audit", "--no-fund", "--omit=optional", "--ignore-scripts"]
        subprocess.run(["npm", "install", *quiet, "--prefix", str(folder), package], check=True)
    return folder / "node_modules"
