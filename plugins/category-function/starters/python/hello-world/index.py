"""Answers every event with a greeting."""

import json


def handler(event, context):
    print(f"event: {json.dumps(event)}")
    return {"statusCode": 200, "body": json.dumps("Hello from Lambda!")}
