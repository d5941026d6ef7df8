"""The command `mentiondesk`."""

from slackbot.cli.commands import cli


def main() -> None:
    """Run the command line."""
    cli(prog_name="mentiondesk")


if __name__ == "__main__":
    main()
