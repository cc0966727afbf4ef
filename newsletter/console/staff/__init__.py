"""Who works on the site, and what they did."""
