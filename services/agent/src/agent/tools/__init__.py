"""What the model can do: reading, with the rights of whoever asks, and proposing."""
