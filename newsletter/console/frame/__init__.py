"""What every screen of the console stands in: routes, sessions, forms, pages, lists."""
