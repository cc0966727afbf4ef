"""Template values from a mail's content, within the limits of a size plan."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from newsletter.articles.body.sanitising import summary_of
from newsletter.rendering.article_html import for_mail
from newsletter.rendering.content import MailContent, Story, StorySection, TopicLink
from newsletter.rendering.fit_to_size import SizePlan, truncate_html
from newsletter.rendering.plaintext.writer import html_to_text

PREHEADER_CHARACTERS = 140


class StoryView:
    """A story in a template; the body is prepared only when printed."""

    def __init__(self, story: Story, plan: SizePlan) -> None:
        self._story, self._plan = story, plan
        limit = plan.excerpt_characters
        self.title = story.title
        self.url = story.url
        self.summary = summary_of(story.summary, limit) if limit else story.summary
        self.author = story.author
        self.image_url = story.image_url
        self.published = story.published
        self.topics = story.topics

    @cached_property
    def body_html(self) -> str:
        if self.is_whole:
            return self._body
        return truncate_html(self._body, self._plan.body_bytes)

    @cached_property
    def is_whole(self) -> bool:
        limit = self._plan.body_bytes
        return not limit or len(self._body.encode()) <= limit

    @cached_property
    def _body(self) -> str:
        return for_mail(self._story.body_html)


def template_values(content: MailContent, plan: SizePlan) -> dict[str, Any]:
    """The template values, except the personal ones."""
    values = {"site": content.site, **content.values}
    if content.sections:
        return {**values, **_stories(content, plan)}
    if content.body_html:
        body = for_mail(content.body_html, is_own=True)
        text = html_to_text(body)
        preheader = summary_of(text, PREHEADER_CHARACTERS)
        values |= {"body_html": body, "body_text": text, "preheader": preheader}
    return values


def _stories(content: MailContent, plan: SizePlan) -> dict[str, Any]:
    """Sections with stories, and the remaining titles, as the plan allows."""
    each = max(1, plan.stories // len(content.sections))
    left, sections = plan.shown, []
    for section in content.sections:
        if left <= 0:
            break
        sections.append(_section(section, section.stories[:left], each, plan))
        left -= len(section.stories[:left])
    shown = [story for section in sections for story in (*section["stories"], *section["tail"])]
    lead = sections[0]["stories"][0]
    return {
        "sections": sections,
        "lead": lead,
        "articles": shown,
        "tail": [story for section in sections for story in section["tail"]],
        "more": len(content.stories) - len(shown),
        "topics": _topics(shown),
        "preheader": summary_of(lead.summary, PREHEADER_CHARACTERS),
    }


def _section(
    section: StorySection, shown: Iterable[Story], each: int, plan: SizePlan
) -> dict[str, Any]:
    stories = [StoryView(story, plan) for story in shown]
    return {
        "slug": section.slug,
        "name": section.name,
        "stories": stories[:each],
        "tail": stories[each:],
    }


def _topics(stories: Iterable[StoryView]) -> list[TopicLink]:
    """The topics of these stories, each once, in order of first occurrence."""
    return list({topic.slug: topic for story in stories for topic in story.topics}.values())
