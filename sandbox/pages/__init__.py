"""What the pages show: rows and facts, put in the reader's words."""
