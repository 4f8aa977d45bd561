"""A stand-in for the identity provider of citizens, for the demonstration and the tests."""

CLIENT_ID, CLIENT_SECRET = "tinhso-demo", "chi-danh-cho-ban-mau"  # it listens on this machine alone
