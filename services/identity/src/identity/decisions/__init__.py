"""What people decide about golden records, and taking it back."""
