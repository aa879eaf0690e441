"""Is started with the latest changes of the table."""

import json


def handler(event, context):
    for record in event["Records"]:
        print(f"{record['eventName']}: {json.dumps(record['dynamodb'])}")
