"""The public site: articles, feeds, view-online and unsubscribe pages, caught mails."""
