"""The pages of one's own account, for everybody who signs in. Above the sandbox: trials belong to accounts."""
