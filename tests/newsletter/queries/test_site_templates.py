"""The templates of the site's pages."""

from pathlib import Path

import pytest
from support import CONFIG, SECRET

from newsletter.config.loading import parse_config
from newsletter.queries.site.templates import SiteTemplates


@pytest.mark.parametrize("path", ["", "/news"])
def test_a_constant_follows_the_base_url_of_each_site(tmp_path: Path, path: str) -> None:
    page = tmp_path / "own" / "web" / "constant.html"
    page.parent.mkdir(parents=True)
    page.write_text("{{ '<img src=\"/logo.png\">' | resolved | safe }}")
    shown = []
    for base in (f"https://wexcombe.example{path}", "https://wexcombe.example/elsewhere"):
        file = tmp_path / "newsletter.toml"
        text = CONFIG.format(secret=SECRET, database="sqlite:///n.db")
        config = parse_config(text, file, {})
        site = config.site.model_copy(update={"base_url": base})
        templates = config.templates.model_copy(update={"folder": str(tmp_path / "own")})
        templated = config.model_copy(update={"site": site, "templates": templates})
        shown.append(SiteTemplates(templated).html("constant.html", {}))
    assert shown == [f'<img src="{path}/logo.png">', '<img src="/elsewhere/logo.png">']
