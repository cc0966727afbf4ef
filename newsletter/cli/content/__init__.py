"""Commands about articles, feeds and templates."""
