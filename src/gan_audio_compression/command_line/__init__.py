"""The command line tool: encode, decode, info, compare; and run, for the pipelines."""
