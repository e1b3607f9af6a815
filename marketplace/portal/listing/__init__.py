"""The life of a listing: submission, the operators' queue, suspension, sunset."""
