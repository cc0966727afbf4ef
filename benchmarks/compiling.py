"""Rendering a 60 KB digest compared with premailer alone; target: below 2x.

Ours does all of it: the context, both templates, the text part, inlining, and encoding the message
for everybody. premailer is given the rendered page and only inlines it, with the options that we
give it. Then: what one person's mail takes from there.
"""

import argparse
from datetime import UTC, datetime

from measuring import compare, print_table, run_function

from newsletter.config.options import Config
from newsletter.editions.composing.content import content_of
from newsletter.editions.composing.masthead import shown_masthead
from newsletter.editions.composing.sample import sample_edition, sample_sections
from newsletter.editions.digests.sections import Section
from newsletter.rendering.encoding.message import split_message
from newsletter.rendering.encoding.slots import personal_values
from newsletter.rendering.fit_to_size import plans
from newsletter.rendering.inlining import inline_styles
from newsletter.rendering.renderer import RenderedMail, Renderer
from newsletter.rendering.template_values import template_values
from newsletter.rendering.templates import Templates
from newsletter.tokens.links import LinkSigners

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
# A keyed hash of an address.
KNOWN = "0123456789abcdef" * 4
PEOPLE = 2000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kilobytes", type=int, default=60, help="of HTML")
    parser.add_argument("--runs", type=int, default=15)
    chosen = parser.parse_args()
    config = Config()
    base_url = config.site.base_url
    templates = Templates()
    renderer = Renderer(templates, base_url)
    count = 1
    while len(page(templates, renderer, config, count)) < chosen.kilobytes * 1000:
        count += 1
    rendered = page(templates, renderer, config, count)
    sections = sample_sections(base_url, NOW, count)

    costs = compare(
        {
            "premailer alone": lambda: run_function(lambda: inline_styles(rendered)),
            "all of the compile": lambda: run_function(
                lambda: compiled(config, renderer, sections, count)
            ),
        },
        runs=chosen.runs,
    )
    peer = costs["premailer alone"].wall
    print_table(
        f"Compiling a digest of {count} stories, {len(rendered) // 1000} KB of HTML",
        ["what", "ms", "x premailer"],
        [[name, cost.wall * 1000, cost.wall / peer] for name, cost in costs.items()],
    )
    print_splices(compiled(config, renderer, sections, count))


def page(templates: Templates, renderer: Renderer, config: Config, count: int) -> str:
    """The rendered page as premailer gets it."""
    edition = sample_edition(config, "digest", NOW, count)
    edition.masthead = {**shown_masthead(config), "digest": {"stories": count}}
    sections = sample_sections(config.site.base_url, NOW, count)
    person = {"greeting": "Dear Ann", "name": "Ann", "unsubscribe_url": "https://x.example/u/1"}
    person["preferences_url"] = "https://x.example/p/1"
    content = content_of(edition, sections, unsubscribe_base=renderer.unsubscribe_base, now=NOW)
    plan = next(plans(count, count))
    values = template_values(content, plan)
    values["edition"] = {**values["edition"], "subject": renderer.subject_of(content)}
    return templates.render("digest/body.html", {**values, "person": person})


def compiled(
    config: Config, renderer: Renderer, sections: tuple[Section, ...], count: int
) -> RenderedMail:
    """The digest's complete message."""
    edition = sample_edition(config, "digest", NOW, count)
    edition.masthead = {**shown_masthead(config), "digest": {"stories": count}}
    content = content_of(edition, sections, unsubscribe_base=renderer.unsubscribe_base, now=NOW)
    return renderer.render_mail(content)


def print_splices(variant: RenderedMail) -> None:
    """Time of one subscriber's mail, with signed links, once its variant is rendered."""
    message = split_message(variant.message, variant.nonce)
    links = LinkSigners("a secret that only the benchmark knows")

    def splice(number: int) -> bytes:
        leave = links.unsubscribe_token(number, 1, KNOWN, NOW)
        choose = links.preferences_token(number, KNOWN, NOW)
        values = personal_values("ann@example.org", "Ann Carter", leave, choose, f"e1.{number}")
        return message.splice(values)

    def splice_all() -> None:
        for number in range(PEOPLE):
            splice(number)

    cost = compare({"splice": lambda: run_function(splice_all)})["splice"]
    print_table(
        "One person's mail from it",
        ["bytes", "left out", "microseconds"],
        [[len(splice(1)), variant.left_out or "nothing", cost.wall / PEOPLE * 1e6]],
    )


if __name__ == "__main__":
    main()
