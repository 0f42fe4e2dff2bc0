"""Organizations: who they are, who may act for them, and how they are qualified."""
