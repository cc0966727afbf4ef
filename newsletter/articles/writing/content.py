"""The editable content of an article as one value with a version."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from newsletter.articles.body.sanitising import derived_summary
from newsletter.articles.editing import ArticleEdit
from newsletter.articles.models import Article

VERSION_CHARACTERS = 16


@dataclass(frozen=True, kw_only=True)
class ArticleContent:
    """The written part of an article, without its status and time."""

    title: str = ""
    summary: str = ""
    """Empty: derived from the text."""
    author: str = ""
    topics: tuple[str, ...] = ()
    """Names."""
    image_url: str = ""
    canonical_url: str = ""
    body_html: str = ""

    @classmethod
    def of(cls, article: Article) -> "ArticleContent":
        """The content of a stored article."""
        is_derived = article.summary == derived_summary(article.body_text)
        return cls(
            title=article.title,
            summary="" if is_derived else article.summary,
            author=article.author,
            topics=tuple(topic.name for topic in article.topics),
            image_url=article.image_url,
            canonical_url=article.canonical_url,
            body_html=article.body_html,
        )

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ArticleContent":
        return cls(**{**stored, "topics": tuple(stored["topics"])})

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "topics": list(self.topics)}

    @property
    def version(self) -> str:
        """The same for equal content only."""
        serialised = json.dumps(self.as_json(), sort_keys=True)
        return sha256(serialised.encode("utf-8", "surrogatepass")).hexdigest()[:VERSION_CHARACTERS]

    def edit_of(self, article: Article) -> ArticleEdit:
        """The change that gives an article this content; an equal body is left untouched."""
        stored = ArticleContent.of(article)
        return ArticleEdit(
            title=self.title,
            summary=None if self.summary == stored.summary else self.summary,
            author=self.author,
            topics=None if self.topics == stored.topics else self.topics,
            image_url=self.image_url,
            canonical_url=self.canonical_url,
            body_html=None if self.body_html == stored.body_html else self.body_html,
        )
