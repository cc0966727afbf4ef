"""What an import decides, writes and takes back."""
