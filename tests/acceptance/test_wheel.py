"""The wheel is complete: installed elsewhere, it works from an empty folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the built wheel unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*install, str(folder / "site"), str(wheel)], check=True, capture_output=True)
    return folder / "site"


def run(installed: Path, folder: Path, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_installed_package_is_the_one_that_runs(installed: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "-c", "import newsletter; print(newsletter.__file__)")
    assert Path(where.strip()).is_relative_to(installed)


def test_the_installed_package_does_the_main_job(installed: Path, tmp_path: Path) -> None:
    said = run(
        installed,
        tmp_path,
        "-m",
        "newsletter",
        "--config",
        "d/newsletter.toml",
        "demo",
        "--once",
        "--people",
        "0",
    )
    assert "Edition 1 is sent" in said
    assert list((tmp_path / "d" / "mails" / "new").iterdir())
    assert (tmp_path / "d" / "feeds" / "feed.atom").exists()


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom newsletter.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('sqlalchemy', 'pydantic', 'rich', 'jinja2', 'starlette', 'lxml', "
        "'requests', 'apscheduler', 'feedgen') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
