"""Who may do what: tokens, codes, PIN, bans, permissions."""
