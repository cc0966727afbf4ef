"""The editor as shipped is what its sources make."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
STATIC = ROOT / "templates" / "console" / "static"
MAX_BYTES = 300_000


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
@pytest.mark.parametrize("name", ["editor.js", "editor.licences.txt"])
def test_the_committed_editor_is_what_the_script_makes(built: Path, name: str) -> None:
    assert (built / name).read_bytes() == (STATIC / name).read_bytes(), "run scripts/build-editor"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("editor")
    script = ROOT / "scripts" / "build-editor"
    subprocess.run([sys.executable, script, "--to", folder], check=True, capture_output=True)
    return folder


def test_the_editor_stays_below_300_kb() -> None:
    assert (STATIC / "editor.js").stat().st_size < MAX_BYTES
