"""What turns the services into a running system: topics, the local stack, images."""
