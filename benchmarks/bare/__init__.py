"""A Django site that does the least a filing can be: one view that inserts a dossier and an event."""
