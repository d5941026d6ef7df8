"""The app manifest asks for what the desk uses, and for nothing else."""

import ast
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]

SCOPES = {
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_delete": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history"},
    "conversations_replies": {"channels:history", "groups:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_list": {"groups:read"},
    "users_list": {"users:read"},
    "users_info": {"users:read"},
    "usergroups_list": {"usergroups:read"},
    "auth_test": set(),
    "views_open": set(),
    "views_update": set(),
}


def methods_called() -> set[str]:
    """The Web API methods that slackbot.sender calls on its clients."""
    tree = ast.parse((ROOT / "slackbot/sender.py").read_text(encoding="utf-8"))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr in ("_client", "_clicks")
    }


def test_every_scope_serves_a_call_and_every_call_has_its_scopes() -> None:
    manifest = yaml.safe_load((ROOT / "manifest.yaml").read_text(encoding="utf-8"))

    asked = set(manifest["oauth_config"]["scopes"]["bot"])

    assert methods_called() == set(SCOPES)
    assert asked == set().union(*SCOPES.values())
    assert manifest["settings"]["interactivity"]["is_enabled"]
