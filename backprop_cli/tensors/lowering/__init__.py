"""Index equations → a graph over whole arrays: names, ranges, expressions, recurrences."""
