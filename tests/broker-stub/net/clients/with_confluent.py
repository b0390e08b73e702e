"""Produces, consumes and administers with Debian's python3-confluent-kafka (librdkafka)."""

import sys

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

COUNT = 50
CODECS = ("gzip", "none", "snappy", "lz4", "zstd")


def expect(what, seen, wanted):
    if seen != wanted:
        sys.exit(f"{what}: saw {seen!r}, wanted {wanted!r}")


def administer(server):
    admin = AdminClient({"bootstrap.servers": server})
    for future in admin.create_topics([NewTopic("created", 1, 1)]).values():
        future.result(timeout=20)
    resource = ConfigResource(ConfigResource.Type.TOPIC, "created")
    for future in admin.describe_configs([resource]).values():
        expect("config", future.result(timeout=20)["cleanup.policy"].value, "delete")
    for future in admin.delete_topics(["created"]).values():
        future.result(timeout=20)


def produce(server, codec):
    failures = []
    producer = Producer({"bootstrap.servers": server, "compression.type": codec,
                         "enable.idempotence": True, "linger.ms": 100})
    for i in range(COUNT):
        producer.produce(f"codec-{codec}", key="k", value=b"x" * 200 + b"%d" % i,
                         on_delivery=lambda error, _: error and failures.append(str(error)))
    expect("undelivered", producer.flush(20), 0)
    expect("failures", failures, [])


def consume(server, codec):
    consumer = Consumer({"bootstrap.servers": server, "group.id": "unused",
                         "enable.auto.commit": False})
    consumer.assign([TopicPartition(f"codec-{codec}", 0, 0)])
    values = []
    while len(values) < COUNT:
        message = consumer.poll(20)
        if message is None or message.error():
            sys.exit(f"poll: {message and message.error()}")
        values.append(message.value())
    expect("values", values, [b"x" * 200 + b"%d" % i for i in range(COUNT)])
    consumer.close()


if __name__ == "__main__":
    administer(sys.argv[1])
    for name in CODECS:
        produce(sys.argv[1], name)
        consume(sys.argv[1], name)
    print("ok")
