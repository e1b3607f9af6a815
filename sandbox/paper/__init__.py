"""A report on paper: the same facts and sentences as on its page, as a PDF with real text in both languages."""
