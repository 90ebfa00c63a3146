"""The book: complete, linked, self-contained, in both languages."""
