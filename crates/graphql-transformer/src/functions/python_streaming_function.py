"""Copies every change of a table to the search domain: one document an item, under the name of its type."""

import base64
import json
import os
import urllib.error
import urllib.request
from decimal import Decimal

DEBUG = os.environ.get("DEBUG", "0") == "1"


def plain(value):
    """The value of an attribute without the letters that say its kind."""
    (kind, content), = value.items()
    if kind == "NULL":
        return None
    if kind == "N":
        number = Decimal(content)
        return int(number) if number == number.to_integral_value() else float(number)
    if kind == "NS":
        return [plain({"N": entry}) for entry in content]
    if kind == "M":
        return {name: plain(entry) for name, entry in content.items()}
    if kind == "L":
        return [plain(entry) for entry in content]
    if kind in ("B", "BS") and isinstance(content, bytes):
        return base64.b64encode(content).decode()
    return content


def actions(record):
    """The lines of a bulk request for one change."""
    table = record["eventSourceARN"].split(":table/")[1].split("/")[0]
    change = record["dynamodb"]
    keys = change["Keys"]
    place = {
        "_index": table.split("-")[0].lower(),
        "_type": "doc",
        "_id": "|".join(str(plain(keys[name])) for name in sorted(keys)),
    }
    if record["eventName"] == "REMOVE":
        return [{"delete": place}]
    item = {name: plain(value) for name, value in change["NewImage"].items()}
    return [{"index": place}, item]


def send(body):
    """Sends a bulk request, signed with the role of this function."""
    # They come with the runtime, and are not needed to work out what is sent.
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.session import Session

    url = os.environ["ES_ENDPOINT"].rstrip("/") + "/_bulk"
    request = AWSRequest("POST", url, data=body, headers={"Content-Type": "application/x-ndjson"})
    SigV4Auth(Session().get_credentials(), "es", os.environ["ES_REGION"]).add_auth(request)
    request = urllib.request.Request(url, data=body, headers=dict(request.headers), method="POST")
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.loads(response.read())


def lambda_handler(event, _context):
    lines = [line for record in event["Records"] for line in actions(record)]
    body = "".join(json.dumps(line) + "\n" for line in lines).encode()
    if DEBUG:
        print(f"{len(event['Records'])} changes, {len(body)} bytes")
    answer = send(body)
    # To delete what is not there is no failure; anything else makes the stream try again.
    failed = [
        entry
        for item in answer.get("items", [])
        for action, entry in item.items()
        if entry.get("error") and not (action == "delete" and entry.get("status") == 404)
    ]
    if failed:
        raise RuntimeError(f"the search domain refused {len(failed)} changes: {json.dumps(failed[:3])}")
    return len(event["Records"])
