"""Is started for every object that is written to or deleted from the bucket."""

from urllib.parse import unquote_plus


def handler(event, context):
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        print(f"{record['eventName']}: {key} in {bucket}")
