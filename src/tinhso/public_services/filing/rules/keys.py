"""What a draft holds beside the answers of its form: none of it reaches the dossier's answers."""

FOR = "filing__for"  # `self` or `other`: who the owner is, or at the counter who brings it
OWNER_NAME = "filing__owner_name"
OWNER_IDENTITY = "filing__owner_identity"
OWNER_PHONE = "filing__owner_phone"
OWNER_ADDRESS = "filing__owner_address"
APPLICANT_NAME = "filing__applicant_name"
APPLICANT_IDENTITY = "filing__applicant_identity"
MANDATE = "filing__mandate"
DELIVERY = "filing__delivery"
ORIGINALS = "filing__originals"  # codes of papers that were handed over on paper

SELF, OTHER = "self", "other"
