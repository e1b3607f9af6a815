"""Who acts for a provider: founding it, its members and invitations, its log."""
