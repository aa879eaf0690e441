"""Creates, lists, reads, updates and deletes the items of one table, for requests that API Gateway passes on.

The SDK is part of the Lambda runtime, so nothing has to be installed for the deployed function.
"""

import base64
import json
import os
import re
from decimal import Decimal, InvalidOperation
from urllib.parse import unquote

import boto3
from boto3.dynamodb.conditions import Key

# Where the API has this function; what follows it in a request's path decides what is done.
PATH = "API_PATH"
# A parameter such as {id} is one step of the path, whatever it is.
ABOVE = "/".join("[^/]+" if step.startswith("{") else re.escape(step) for step in PATH.split("/"))

PARTITION_KEY = ("PARTITION_KEY_NAME", "PARTITION_KEY_TYPE")
SORT_KEY = SORT_KEY_TUPLE

PAGE = 100

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*",
    "Content-Type": "application/json",
}

table = boto3.resource("dynamodb", region_name=os.environ["REGION"]).Table(os.environ["TABLE_VARIABLE"])


class Refused(Exception):
    """What the caller did wrong, with the status that says so."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def handler(event, context):
    """Finds the route of a request and turns what it gives into a response."""
    print(event["httpMethod"], event["path"])
    try:
        return respond(200, route(event))
    except Refused as refused:
        return respond(refused.status, {"error": str(refused)})


def route(event):
    method = event["httpMethod"].upper()
    path = re.sub(f"^{ABOVE}", "", event["path"])
    if method == "OPTIONS":
        return {}
    for verb, pattern, action in ROUTES:
        match = re.fullmatch(pattern, path) if verb == method else None
        if match:
            return action(event, *(part and unquote(part) for part in match.groups()))
    raise Refused(404, f"There is nothing at {method} {event['path']}")


def all_items(event):
    """All items, page by page: `?next=` takes what the page before gave as `next`."""
    start = (event.get("queryStringParameters") or {}).get("next")
    options = {"ExclusiveStartKey": parse(from_base64(start))} if start else {}
    page = table.scan(Limit=PAGE, **options)
    answer = {"items": page["Items"]}
    if "LastEvaluatedKey" in page:
        answer["next"] = to_base64(text_of(page["LastEvaluatedKey"]))
    return answer


def query(event, partition):
    """The items that share a partition key."""
    name, kind = PARTITION_KEY
    return table.query(KeyConditionExpression=Key(name).eq(typed(partition, kind)))["Items"]


def read(event, partition, sort=None):
    found = table.get_item(Key=key(partition, sort)).get("Item")
    if found is None:
        raise Refused(404, "There is no such item")
    return found


def write(event):
    """Makes an item, or replaces the one with the same key."""
    body = event.get("body") or ""
    item = parse(from_base64(body) if event.get("isBase64Encoded") else body)
    if not isinstance(item, dict):
        raise Refused(400, "The body must be a JSON object")
    keys = {}
    for name, kind in filter(None, [PARTITION_KEY, SORT_KEY]):
        if name not in item:
            raise Refused(400, f"The item needs `{name}`")
        keys[name] = of_body(name, kind, item[name])
    table.put_item(Item={**item, **keys})
    return {"success": True, "url": event["path"], "data": item}


def remove(event, partition, sort=None):
    table.delete_item(Key=key(partition, sort))
    return {"success": True, "url": event["path"]}


ROUTES = [
    ("GET", r"/?", all_items),
    ("GET", r"/object/([^/]+)(?:/([^/]+))?/?", read),
    ("GET", r"/([^/]+)/?", query),
    ("POST", r"/?", write),
    ("PUT", r"/?", write),
    ("DELETE", r"/object/([^/]+)(?:/([^/]+))?/?", remove),
]


def key(partition, sort):
    found = {PARTITION_KEY[0]: typed(partition, PARTITION_KEY[1])}
    if SORT_KEY:
        if sort is None:
            raise Refused(400, f"The path needs the value of `{SORT_KEY[0]}`")
        found[SORT_KEY[0]] = typed(sort, SORT_KEY[1])
    return found


def typed(text, kind):
    """A part of a path as the table's key has it."""
    if kind == "B":
        return bytes_of(text)
    if kind != "N":
        return text
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Refused(400, f"`{text}` is not a number") from None


def of_body(name, kind, value):
    """A part of the key in a body as the table has it. Bytes are written in base64."""
    wanted = {"S": "a text", "N": "a number", "B": "a text in base64"}[kind]
    is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    if not (is_number if kind == "N" else isinstance(value, str) and value):
        raise Refused(400, f"`{name}` must be {wanted}")
    return bytes_of(value) if kind == "B" else value


def bytes_of(text):
    try:
        return base64.b64decode(text)
    except ValueError:
        raise Refused(400, f"`{text}` is not base64") from None


def parse(text):
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=no_number)
    except ValueError:
        raise Refused(400, "That is not JSON") from None


def no_number(word):
    raise ValueError(f"JSON has no {word}")


def text_of(value):
    return json.dumps(value, default=plain)


def plain(value):
    """What DynamoDB has and JSON has not."""
    if isinstance(value, Decimal):
        return int(value) if value % 1 == 0 else float(value)
    if isinstance(value, set):
        return sorted(value)
    return base64.b64encode(bytes(value)).decode()


def to_base64(text):
    return base64.urlsafe_b64encode(text.encode()).decode()


def from_base64(text):
    try:
        return base64.urlsafe_b64decode(text).decode()
    except ValueError:
        raise Refused(400, "That is not base64") from None


def respond(status, body):
    return {"statusCode": status, "headers": HEADERS, "body": text_of(body)}
