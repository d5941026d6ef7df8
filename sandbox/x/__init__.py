"""The stand-in X: its API v2, its rules about posting, and the calls that steer it."""
