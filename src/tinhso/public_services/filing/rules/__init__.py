"""Ways and keys of filing, without Django."""
