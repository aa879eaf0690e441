"""Is started with the latest records of the stream."""

from base64 import b64decode


def handler(event, context):
    for record in event["Records"]:
        text = b64decode(record["kinesis"]["data"]).decode(errors="replace")
        print(f"{record['kinesis']['partitionKey']}: {text}")
