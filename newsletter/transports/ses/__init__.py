"""Mail by Amazon SES."""
