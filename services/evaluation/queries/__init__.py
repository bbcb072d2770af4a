"""What can be read of evaluation, as views of one organisation's figures."""
