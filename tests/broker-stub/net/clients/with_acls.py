"""Creates, lists and deletes access control entries with Debian's python3-kafka."""

import sys
import time

from kafka.admin import (ACL, ACLFilter, ACLOperation, ACLPermissionType, ACLResourcePatternType,
                         KafkaAdminClient, ResourcePattern, ResourcePatternFilter, ResourceType)
from kafka.errors import InvalidRequestError, NoError


def expect(what, seen, wanted):
    if seen != wanted:
        sys.exit(f"{what}: saw {seen!r}, wanted {wanted!r}")


def expect_soon(what, look, wanted):
    """Whoever is asked may read what another broker answered for a little later."""
    end = time.monotonic() + 10
    while look() != wanted and time.monotonic() < end:
        time.sleep(0.05)
    expect(what, look(), wanted)


def entry(name, principal="User:alice", operation=ACLOperation.READ,
          pattern=ACLResourcePatternType.LITERAL):
    return ACL(principal, "*", operation, ACLPermissionType.ALLOW,
               ResourcePattern(ResourceType.TOPIC, name, pattern))


def of_topic(name, pattern=ACLResourcePatternType.ANY):
    return ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY,
                     ResourcePatternFilter(ResourceType.TOPIC, name, pattern))


def found(admin, wanted):
    acls, error = admin.describe_acls(wanted)
    expect("described", error, NoError)
    return sorted((acl.resource_pattern.resource_name, acl.principal, acl.operation.name)
                  for acl in acls)


def main(server):
    admin = KafkaAdminClient(bootstrap_servers=server)
    orders, begins = entry("orders"), entry("ord", "User:bob", ACLOperation.WRITE,
                                            ACLResourcePatternType.PREFIXED)
    created = admin.create_acls([orders, begins, orders])
    expect("created", (len(created["succeeded"]), created["failed"]), (3, []))
    expect_soon("of the name", lambda: found(admin, of_topic("orders")),
                [("orders", "User:alice", "READ")])
    both = [("ord", "User:bob", "WRITE"), ("orders", "User:alice", "READ")]
    speaks = of_topic("orders", ACLResourcePatternType.MATCH)
    expect_soon("that speak of it", lambda: found(admin, speaks), both)
    refused = admin.create_acls([entry("orders", "alice")])
    expect("no principal", [row[1] for row in refused["failed"]], [InvalidRequestError])
    rows = admin.delete_acls([speaks, of_topic("orders"), of_topic("none")])
    told = [(len(acls), error) for _, acls, error in rows]
    expect("deleted", told, [(2, NoError), (1, NoError), (0, NoError)])
    expect_soon("nothing is left", lambda: found(admin, of_topic(None)), [])
    admin.close()


if __name__ == "__main__":
    main(sys.argv[1])
    print("ok")
