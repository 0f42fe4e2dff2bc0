"""What public registers say: charities, their yearly returns, federal corporations."""
