"""`newsletter serve` in an empty folder: a new site, set up without editing a file."""

from pathlib import Path

import httpx
from processes import running
from servers import free_port


def test_an_empty_folder_becomes_a_site_with_a_link_to_set_it_up(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    address = f"http://127.0.0.1:{free_port()}"
    options = ("--config", "new/newsletter.toml", "serve", "--port", address.rpartition(":")[2])
    with running(tmp_path, *options, ready=f"{address}/healthz"):
        assert httpx.get(f"{address}/console", follow_redirects=True).status_code == 200
    made = {path.name for path in folder.iterdir()}
    assert {"newsletter.toml", "newsletter.db"} <= made
    assert "/console/set-up/" in (tmp_path / "process.log").read_text()
