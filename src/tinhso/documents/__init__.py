"""Official documents (văn bản): drafted, signed, numbered, issued, exchanged, registered, recalled."""
