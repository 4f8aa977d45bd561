"""What citizens do to their dossiers, each through the one write path."""
