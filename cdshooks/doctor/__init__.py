"""What one runs on the first day at a hospital: what a server gives, and in what shape."""
