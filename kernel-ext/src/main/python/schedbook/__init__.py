"""What tools written in Python need to know of Schedbook's notebooks."""
