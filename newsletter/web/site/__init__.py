"""The public pages: articles, topics, archive, feed pages, sitemap, theme."""
