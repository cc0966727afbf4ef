"""The console's templates in a process that is upgraded below itself."""

from pathlib import Path

from console_support import Console

from newsletter.console.frame.presentation.views import ConsoleViews


def test_a_process_goes_on_with_the_templates_that_it_began_with(
    tmp_path: Path, console: Console
) -> None:
    folder = tmp_path / "console"
    folder.mkdir()
    for name in ("shown.html", "later.html"):
        (folder / name).write_text("as it was", encoding="utf-8")
    views = ConsoleViews(console.app.config, "/console", folder)
    assert views.render("shown.html", {}) == "as it was"
    for name in ("shown.html", "later.html"):
        (folder / name).write_text("{{ what_only_newer_screens_give }}", encoding="utf-8")
    assert views.render("shown.html", {}) == "as it was"
    assert views.render("later.html", {}) == "as it was"
