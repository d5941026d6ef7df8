"""A stand-in for Slack: the Web API, interactivity, events and Socket Mode of one small workspace."""
