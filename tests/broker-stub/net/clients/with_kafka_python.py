"""Produces, consumes and administers with Debian's python3-kafka; says what went wrong."""

import sys

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from kafka.errors import TopicAlreadyExistsError

COUNT = 100
TOPIC = "from-kafka-python"


def expect(what, seen, wanted):
    if seen != wanted:
        sys.exit(f"{what}: saw {seen!r}, wanted {wanted!r}")


def administer(server):
    admin = KafkaAdminClient(bootstrap_servers=server)
    admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])
    try:
        admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])
        sys.exit("a topic was created twice")
    except TopicAlreadyExistsError:
        pass
    admin.create_topics([NewTopic("to-be-deleted", num_partitions=1, replication_factor=1)])
    admin.delete_topics(["to-be-deleted"])
    topics = admin.list_topics()
    expect("topics", (TOPIC in topics, "to-be-deleted" in topics), (True, False))
    admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, TOPIC)])
    admin.close()


def produce(server):
    producer = KafkaProducer(bootstrap_servers=server, acks="all", compression_type="gzip")
    sent = [producer.send(TOPIC, key=b"k", value=b"%d" % i, timestamp_ms=1000 + i)
            for i in range(COUNT)]
    producer.flush(timeout=20)
    expect("offsets", [future.get(timeout=20).offset for future in sent], list(range(COUNT)))
    producer.close()


def consume(server):
    consumer = KafkaConsumer(bootstrap_servers=server, consumer_timeout_ms=20000)
    partition = TopicPartition(TOPIC, 0)
    consumer.assign([partition])
    expect("end", consumer.end_offsets([partition])[partition], COUNT)
    expect("start", consumer.offsets_for_times({partition: 1000})[partition].offset, 0)
    consumer.seek_to_beginning(partition)
    values = []
    for message in consumer:
        values.append(message.value)
        if len(values) == COUNT:
            break
    expect("values", values, [b"%d" % i for i in range(COUNT)])
    consumer.close()


if __name__ == "__main__":
    for step in (administer, produce, consume):
        step(sys.argv[1])
    print("ok")
