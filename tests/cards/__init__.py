"""Cards, texts and the JSON object, on assessments built by hand."""
