"""A citizen's own pages (hồ sơ của tôi): where a dossier stands, what is asked, what came out."""
