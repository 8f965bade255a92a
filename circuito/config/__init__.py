"""The program as a whole: settings, the database under it, the command, the processes."""
