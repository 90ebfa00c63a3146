"""What the tests share: readable patients, a FHIR writer for them, and the way to an answer."""
