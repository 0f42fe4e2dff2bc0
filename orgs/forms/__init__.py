"""What people type about an organization, made clean; a file a subject."""
