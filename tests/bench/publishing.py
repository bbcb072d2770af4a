"""Puts a workload on a topic, as fast as one producer can.

Guards that a run begins with a topic that holds exactly the workload: every batch is acknowledged before it returns.
"""

from aiokafka import AIOKafkaProducer

from tests.bench.workload import PARTITIONS, Workload

_UNDER_WAY = 24


async def publish(brokers: str, topic: str, workload: Workload) -> int:
    """Publish every record to its partition and return how many there were."""
    producer = AIOKafkaProducer(bootstrap_servers=brokers, acks="all", max_batch_size=512 * 1024, linger_ms=5)
    await producer.start()
    count, pending = 0, []
    try:
        batches = [producer.create_batch() for _ in range(PARTITIONS)]
        for partition, key, value in workload.records():
            if batches[partition].append(key=key, value=value, timestamp=None) is None:
                pending.append(await producer.send_batch(batches[partition], topic, partition=partition))
                batches[partition] = producer.create_batch()
                batches[partition].append(key=key, value=value, timestamp=None)
            count += 1
            if len(pending) > _UNDER_WAY:
                await pending.pop(0)
        for partition, batch in enumerate(batches):
            if batch.record_count():
                pending.append(await producer.send_batch(batch, topic, partition=partition))
        for sent in pending:
            await sent
    finally:
        await producer.stop()
    return count
