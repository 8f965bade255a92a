"""What people type: read here, judged by the steps."""
