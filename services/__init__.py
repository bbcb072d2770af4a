"""The four services. They share words on the stream and nothing else."""
