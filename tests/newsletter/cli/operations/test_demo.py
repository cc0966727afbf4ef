"""`newsletter demo --once`, also repeated."""

from pathlib import Path

from support import Run


def test_at_another_port_everything_links_to_that_port(run: Run, tmp_path: Path) -> None:
    demo = ("--config", "demo/newsletter.toml", "demo", "--once", "--people", "20", "--port")
    assert run(*demo, "8101").status == 0
    assert run(*demo, "8102").status == 0
    feed = (tmp_path / "demo" / "feeds" / "feed.atom").read_text(encoding="utf-8")
    assert "http://127.0.0.1:8102/" in feed
    assert "http://127.0.0.1:8101/" not in feed
