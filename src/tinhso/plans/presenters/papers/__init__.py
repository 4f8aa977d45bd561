"""Papers of plans; their text is Vietnamese, in whatever language the pages are read."""
