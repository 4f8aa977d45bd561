"""Papers of the operations center; their text is Vietnamese, in whatever language the pages are read."""
