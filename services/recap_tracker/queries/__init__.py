"""What can be read of the tracker, as views."""
