"""Pages on which something is filed (kê khai và nộp hồ sơ): by citizens online, by officials at the counter."""
