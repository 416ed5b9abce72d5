"""Security of the fake: rules, roles, accounts; what is remembered, and what only a restart brings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.geoserver.fake_answers import Answer, document, plain

if TYPE_CHECKING:
    from tests.geoserver.fake import Fake


def _rules(fake: Fake, method: str, path: str, _query: Any, body: str, kind: str, rule: str = "") -> Answer:
    table = fake.rules[kind]
    if method == "GET":
        return document(table)
    if method == "DELETE":
        return plain(200) if table.pop(rule, None) else plain(404)
    given = json.loads(body)
    clash = set(given) & set(table)
    if method == "POST" and clash:
        return plain(409, f"Already existing rules: {', '.join(clash)}")
    if method == "PUT" and set(given) - set(table):
        return plain(409, "Unknown rules")
    table.update(given)
    return plain(200)


def _mode(fake: Fake, method: str, _path: str, _query: Any, body: str) -> Answer:
    if method == "PUT":
        fake.mode = json.loads(body)["mode"]
        return plain(200)
    return document({"mode": fake.mode})


def _roles(fake: Fake, _method: str, _path: str, _query: Any, _body: str) -> Answer:
    return document({"roles": sorted(fake.roles)})


def _role(fake: Fake, _method: str, _path: str, _query: Any, _body: str, role: str) -> Answer:
    if role in fake.roles:
        return plain(409)
    fake.roles[role] = set()
    return plain(201)


def _role_of(fake: Fake, method: str, _path: str, _query: Any, _body: str, role: str, user: str) -> Answer:
    (fake.roles[role].discard if method == "DELETE" else fake.roles[role].add)(user)
    return plain(200)


def _roles_of(fake: Fake, _method: str, _path: str, _query: Any, _body: str, user: str) -> Answer:
    return document({"roles": sorted(role for role, users in fake.roles.items() if user in users)})


def _users(fake: Fake, method: str, _path: str, _query: Any, body: str) -> Answer:
    if method == "POST":
        user = json.loads(body)["user"]
        if user["userName"] in fake.users:
            return plain(500, "already exists")
        fake.users[user["userName"]] = {"password": user["password"], "enabled": user["enabled"]}
        return plain(201)
    rows = [{"userName": name, "password": None, "enabled": user["enabled"]} for name, user in fake.users.items()]
    return document({"users": rows})


def _user(fake: Fake, _method: str, _path: str, _query: Any, body: str, name: str) -> Answer:
    """The old password stays in the authentication cache until a reset."""
    given = json.loads(body)["user"]
    fake.users[name] |= {key: given[key] for key in ("password", "enabled") if key in given}
    return plain(200)


def _own_password(fake: Fake, _method: str, _path: str, _query: Any, body: str) -> Answer:
    fake.users["admin"]["password"] = json.loads(body)["newPassword"]
    return plain(200)


def _master(fake: Fake, method: str, _path: str, _query: Any, body: str) -> Answer:
    if method == "GET":
        return document({"oldMasterPassword": fake.master})
    given = json.loads(body)
    if given["oldMasterPassword"] != fake.master or len(given["newMasterPassword"]) < 8:
        return plain(422)
    fake.master = given["newMasterPassword"]
    return plain(200)


def _reset(fake: Fake, _method: str, _path: str, _query: Any, _body: str) -> Answer:
    fake.remembered.clear()
    return plain(200)


ROUTES: tuple[tuple[str, Any], ...] = (
    (r"/rest/security/acl/catalog(?:\.json)?", _mode),
    (r"/rest/security/acl/(layers|services)(?:\.json)?", _rules),
    (r"/rest/security/acl/(layers|services)/(.+)", _rules),
    (r"/rest/security/roles\.json", _roles),
    (r"/rest/security/roles/user/([^/]+)\.json", _roles_of),
    (r"/rest/security/roles/role/([^/]+)", _role),
    (r"/rest/security/roles/role/([^/]+)/user/([^/]+)", _role_of),
    (r"/rest/security/usergroup/users(?:\.json)?", _users),
    (r"/rest/security/usergroup/user/([^/]+)", _user),
    (r"/rest/security/self/password", _own_password),
    (r"/rest/security/masterpw(?:\.json)?", _master),
    (r"/rest/reset", _reset),
)
