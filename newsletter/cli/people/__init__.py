"""Commands about subscribers, segments, lists and suppressions."""
