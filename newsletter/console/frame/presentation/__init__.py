"""What a page shows and how: lists, forms, navigation, words, templates."""
