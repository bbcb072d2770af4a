"""What can be read of engagement, as views."""
