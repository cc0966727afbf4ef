"""The framework of the console's screens: routes, sessions, forms, pages, lists."""
