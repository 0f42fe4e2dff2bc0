"""The e-mails about organizations, a file a subject and a function an e-mail."""
