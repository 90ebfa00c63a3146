"""All that the service knows as one printable document, for a meeting of clinicians."""
