"""Changes and reads configuration with Debian's python3-confluent-kafka and python3-kafka.

Both know the older AlterConfigs only: what is not named is deleted.
"""

import sys
import time

from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic
from kafka.admin import ConfigResource as OtherResource
from kafka.admin import ConfigResourceType, KafkaAdminClient

TOPIC = "configured"
FROM_TOPIC, FROM_BROKER, BUILT_IN = 1, 2, 5


def expect(what, seen, wanted):
    if seen != wanted:
        sys.exit(f"{what}: saw {seen!r}, wanted {wanted!r}")


def expect_soon(what, look, wanted):
    """Whoever is asked may read what another broker answered for a little later."""
    end = time.monotonic() + 10
    while look() != wanted and time.monotonic() < end:
        time.sleep(0.05)
    expect(what, look(), wanted)


def resource(kind, name, configs=None):
    return ConfigResource(getattr(ConfigResource.Type, kind), name, set_config=configs)


def change(admin, kind, name, configs):
    for future in admin.alter_configs([resource(kind, name, configs)]).values():
        future.result(timeout=20)


def read(admin, kind, name, key):
    for future in admin.describe_configs([resource(kind, name)]).values():
        entry = future.result(timeout=20)[key]
    synonyms = [(one.name, one.value, one.source) for one in entry.synonyms.values()]
    return entry.value, entry.source, synonyms


def produce(server, size):
    errors = []
    producer = Producer({"bootstrap.servers": server})
    producer.produce(TOPIC, b"x" * size, on_delivery=lambda error, _: errors.append(error))
    expect("undelivered", producer.flush(20), 0)
    return errors[0] and errors[0].name()


def with_confluent(server):
    admin = AdminClient({"bootstrap.servers": server})
    for future in admin.create_topics([NewTopic(TOPIC, 1, 1)]).values():
        future.result(timeout=20)
    key = "max.message.bytes"
    expect("built in", read(admin, "TOPIC", TOPIC, key)[:2], ("1048588", BUILT_IN))
    expect("small and large", [produce(server, 10), produce(server, 3000)], [None, None])
    change(admin, "TOPIC", TOPIC, {key: "1000", "retention.ms": "7"})
    expect_soon("of the topic", lambda: read(admin, "TOPIC", TOPIC, key),
                ("1000", FROM_TOPIC, [(key, "1000", FROM_TOPIC),
                                      ("message.max.bytes", "1048588", BUILT_IN)]))
    expect_soon("large", lambda: produce(server, 3000), "MSG_SIZE_TOO_LARGE")
    expect("small", produce(server, 10), None)
    change(admin, "TOPIC", TOPIC, {"retention.ms": "9"})
    expect_soon("replaced", lambda: read(admin, "TOPIC", TOPIC, key)[1], BUILT_IN)
    for configs, wanted in (({"log.retention.ms": "11"}, ("11", FROM_BROKER)),
                            ({}, ("604800000", BUILT_IN))):
        change(admin, "BROKER", "1", configs)
        expect_soon("of the broker",
                    lambda: read(admin, "BROKER", "1", "log.retention.ms")[:2], wanted)
    try:
        change(admin, "TOPIC", TOPIC, {"retention.sm": "9"})
        sys.exit("an unknown key was taken")
    except KafkaException as error:
        expect("refusal", error.args[0].name(), "INVALID_CONFIG")


def with_kafka_python(server):
    admin = KafkaAdminClient(bootstrap_servers=server)
    wanted = OtherResource(ConfigResourceType.TOPIC, TOPIC, {"segment.bytes": "65536"})
    answer = admin.alter_configs([wanted])
    expect("altered", [row[0] for row in answer.resources], [0])
    asked = OtherResource(ConfigResourceType.TOPIC, TOPIC)

    def values():
        rows = admin.describe_configs([asked], include_synonyms=True)[0].resources[0][4]
        found = {row[0]: (row[1], row[3]) for row in rows}
        return found["segment.bytes"], found["retention.ms"]

    expect_soon("set and deleted", values, (("65536", FROM_TOPIC), ("604800000", BUILT_IN)))
    admin.close()


if __name__ == "__main__":
    with_confluent(sys.argv[1])
    with_kafka_python(sys.argv[1])
    print("ok")
