"""Pages of organizations: registering, sending papers, who it is and who acts for it."""
