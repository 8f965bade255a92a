"""What is told when its time comes, not after a step: once, whoever runs it and however often."""
