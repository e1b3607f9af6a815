"""Articles from their source to the page: read, drawn, related, fed. Texts are data; nothing in them is markup."""
