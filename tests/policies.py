"""Checks with parliament every policy in templates that the plugins emit.

Usage: policies.py FOLDER. What parliament finds fails the check, unless it is in `tests/parliament.yaml` with a reason.
"""

import json
import re
import sys
from pathlib import Path

import parliament
import yaml

ACCOUNT = "123456789012"
# What a reference becomes: ARNs stay ARNs, so that parliament can tell whether an action takes such a resource.
FIXED = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "amplify-shop-dev-123456-nested",
}
ARNS = {
    "AWS::Cognito::UserPool": f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_aBcDeFgHi",
    "AWS::S3::Bucket": "arn:aws:s3:::bucket",
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/table",
    "AWS::Lambda::Function": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:function",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/role",
    "AWS::AppSync::GraphQLApi": f"arn:aws:appsync:us-east-1:{ACCOUNT}:apis/abcdefghijklmnopqrstuvwxyz",
}


def reference(name, template, named):
    if name in named:
        return resolved(named[name], template)
    if name in FIXED:
        return FIXED[name]
    if name.startswith("s3Permissions"):
        # Filled by the answers: any of these.
        return "s3:PutObject,s3:GetObject,s3:DeleteObject"
    resource = template["Resources"].get(name.split(".")[0])
    if name.endswith((".Arn", "Arn")) and resource:
        return ARNS.get(resource["Type"], f"arn:aws:unknown:us-east-1:{ACCOUNT}:{name}")
    if name.endswith("kinesisStreamArn"):
        return f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/stream"
    if name.endswith("StreamArn"):
        return ARNS["AWS::DynamoDB::Table"] + "/stream/label"
    if name.endswith("Arn"):
        return ARNS["AWS::DynamoDB::Table"]
    return name.replace(".", "")


def resolved(value, template, named=None):
    """A value without functions of CloudFormation."""
    named = named or {}
    if isinstance(value, list):
        return [resolved(each, template, named) for each in value]
    if isinstance(value, str):
        # The label of a stream is a time, whose colons parliament takes for those of an ARN.
        return re.sub(r"(:table/[^/]+/stream/)\d.*", r"\1label", value)
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (function, argument), = value.items()
        if function == "Ref":
            return reference(argument, template, named)
        if function == "Fn::GetAtt":
            parts = argument if isinstance(argument, list) else argument.split(".")
            return reference(".".join(parts), template, named)
        if function == "Fn::Sub":
            text, names = argument if isinstance(argument, list) else (argument, {})
            # `${!x}` and policy variables such as `${cognito-identity.amazonaws.com:sub}` are no references.
            return re.sub(r"\$\{([\w:.]+)\}", lambda match: str(reference(match[1], template, names)), text)
        if function == "Fn::Join":
            return argument[0].join(str(resolved(each, template, named)) for each in resolved(argument[1], template, named))
        if function == "Fn::If":
            return resolved(argument[2], template, named)
        if function == "Fn::Select":
            chosen = resolved(argument[1], template, named)
            return chosen[int(argument[0])] if isinstance(chosen, list) and len(chosen) > int(argument[0]) else "selected"
        if function == "Fn::Split":
            return str(resolved(argument[1], template, named)).split(argument[0])
        if function == "Fn::ImportValue":
            # What a stack exports has the name of what it is at its end, as `<api>:GetAtt:PostTable:StreamArn`.
            return reference(str(resolved(argument, template, named)).split(":")[-1], template, {})
    return {key: resolved(each, template, named) for key, each in value.items()}


def policies(template):
    for name, resource in template.get("Resources", {}).items():
        properties = resource.get("Properties", {})
        if resource["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            yield name, properties["PolicyDocument"]
        elif resource["Type"] == "AWS::IAM::Role":
            for policy in properties.get("Policies", []):
                yield name, policy["PolicyDocument"]


def main():
    allowed = yaml.safe_load((Path(__file__).parent / "parliament.yaml").read_text())["allowed"]
    checked, found = 0, []
    for file in sorted(Path(sys.argv[1]).rglob("*.json")):
        template = json.loads(file.read_text())
        for name, document in policies(template):
            # What is left in braces is a variable of the policy.
            text = re.sub(r"\$\{[^}]*\}", "variable", json.dumps(resolved(document, template)))
            checked += 1
            for finding in parliament.analyze_policy_string(text).findings:
                if finding.issue == "RESOURCE_MISMATCH":
                    # A pattern such as `dynamodb:Get*` also means actions on other things; it allows none of those here.
                    finding.detail = [each for each in finding.detail if f'"{each["action"]}"' in text]
                    if not finding.detail:
                        continue
                line = f"{file.parent.name}/{file.name} {name}: {finding.issue} {json.dumps(finding.detail)} "
                if not any(re.search(each["finding"], line) for each in allowed):
                    found.append(line + json.dumps(finding.location))
    for line in found:
        print(line)
    # A folder without policies would pass whatever they say.
    if checked == 0:
        sys.exit("no policy was found")
    print(f"   {checked} policies")
    sys.exit(1 if found else 0)


main()
