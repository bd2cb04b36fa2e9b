"""AWS Lambda's runtime: one worker process per function, in the world's virtual time."""
