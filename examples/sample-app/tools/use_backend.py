"""Uses the deployed bucket and table through boto3, which knows nothing of this project, and checks what comes back.

python tools/use_backend.py --bucket NAME --table NAME [--s3-endpoint URL] [--dynamodb-endpoint URL] [--region REGION]

Without the two endpoints it talks to AWS, with the credentials of the environment. Prints a line for each step, and ends
with status 1 at the first one that is wrong.
"""

import argparse
import sys

import boto3
from boto3.dynamodb.conditions import Key
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

KEY = "public/harbour.txt"
TEXT = "A photo would be here.\n".encode()
NOTES = [
    {"author": "Grace", "written": 1, "topic": "compilers", "text": "It can be done."},
    {"author": "Grace", "written": 2, "topic": "moths", "text": "First actual case found."},
    {"author": "Ada", "written": 3, "topic": "compilers", "text": "It has no pretensions to originate anything."},
]


def check(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: expected {expected!r}, found {found!r}")
    print(f"{what}: {found!r}")


def use_bucket(s3, bucket):
    s3.put_object(Bucket=bucket, Key=KEY, Body=TEXT, ContentType="text/plain", Metadata={"taken-by": "ada"})
    found = s3.get_object(Bucket=bucket, Key=KEY)
    check("object read back", found["Body"].read(), TEXT)
    check("its type", found["ContentType"], "text/plain")
    check("its metadata", found["Metadata"], {"taken-by": "ada"})
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="public/harbour")
    check("objects listed", [item["Key"] for item in listed["Contents"]], [KEY])
    s3.delete_object(Bucket=bucket, Key=KEY)
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="public/harbour")
    check("objects left after deleting it", listed["KeyCount"], 0)


def use_table(table):
    for note in NOTES:
        table.put_item(Item=note)
    item = table.get_item(Key={"author": "Ada", "written": 3})["Item"]
    check("item read back", {**item, "written": int(item["written"])}, NOTES[2])
    page = table.query(KeyConditionExpression=Key("author").eq("Grace") & Key("written").gte(2))
    check("items of an author, from a time on", [note["topic"] for note in page["Items"]], ["moths"])
    page = table.query(IndexName="byTopic", KeyConditionExpression=Key("topic").eq("compilers"), ScanIndexForward=False)
    check("items of a topic, newest first", [note["author"] for note in page["Items"]], ["Ada", "Grace"])
    changed = table.update_item(
        Key={"author": "Grace", "written": 2},
        UpdateExpression="SET #text = :text",
        ConditionExpression="topic = :topic",
        ExpressionAttributeNames={"#text": "text"},
        ExpressionAttributeValues={":text": "Taped into the log.", ":topic": "moths"},
        ReturnValues="UPDATED_NEW",
    )
    check("item changed on a condition", changed["Attributes"], {"text": "Taped into the log."})
    try:
        table.put_item(Item=NOTES[0], ConditionExpression="attribute_not_exists(author)")
        sys.exit("an item was overwritten against its condition")
    except ClientError as error:
        check("overwriting refused", error.response["Error"]["Code"], "ConditionalCheckFailedException")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--bucket", required=True)
    arguments.add_argument("--table", required=True)
    arguments.add_argument("--s3-endpoint")
    arguments.add_argument("--dynamodb-endpoint")
    arguments.add_argument("--region", default="us-east-1")
    given = arguments.parse_args()

    def facts(endpoint):
        if endpoint is None:
            return {"region_name": given.region}
        return {
            "region_name": given.region,
            "endpoint_url": endpoint,
            "aws_access_key_id": "local",
            "aws_secret_access_key": "local",
            "config": Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}, proxies={}),
        }

    try:
        use_bucket(boto3.client("s3", **facts(given.s3_endpoint)), given.bucket)
        use_table(boto3.resource("dynamodb", **facts(given.dynamodb_endpoint)).Table(given.table))
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
