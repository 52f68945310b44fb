"""What a key cannot reveal, before it goes out."""
