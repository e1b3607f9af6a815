"""Who acts for a provider: founding it, its facts, its members and invitations, its log."""
