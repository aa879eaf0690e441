"""Starts ministack with some faults mended, and change sets that look into nested stacks. It ends when its standard input does.

When a nested stack is updated, ministack forgets the attributes of the resources that stay as they are, so that whatever
refers to them fails. Here they are remembered.

Where a number comes from a parameter, ministack keeps its text. CloudFormation makes it what the property wants; here that
is done for the length of a password, which is compared.

Where the description of a REST API says the same for every method, ministack overlooks it. Here it does not.

Providers that users of a pool sign in with are made by their own calls alone there; here a template makes them, too.

Outputs of nested stacks are exported by CloudFormation as those of others are; ministack exports none. Here they are.

What its policy keeps stays when its stack is deleted; ministack heeds that in the root stack alone. Here nested ones do, too.
"""

import copy
import os
import re
import sys
import threading

from ministack.app import main
from ministack.services import apigateway_v1, cloudformation, cognito
from ministack.services.cloudformation import provisioners


NESTED = provisioners._RESOURCE_HANDLERS["AWS::CloudFormation::Stack"]
delete_nested = NESTED["delete"]


def delete_keeping(physical_id, properties):
    stack = cloudformation._stacks.get(provisioners._nested_stack_lookup_name(physical_id), {})
    declared = stack.get("_template", {}).get("Resources", {})
    for name in list(stack.get("_resources", {})):
        if declared.get(name, {}).get("DeletionPolicy") in provisioners._RETAINING_POLICIES:
            stack["_resources"].pop(name)
    return delete_nested(physical_id, properties)


NESTED["delete"] = delete_keeping


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

KNOWN = {}


def remembering(function):
    def call(kind, *arguments, **named):
        identity, attributes = function(kind, *arguments, **named)
        if attributes:
            KNOWN[kind, identity] = attributes
        return identity, attributes or KNOWN.get((kind, identity), {})

    return call


for name in ("_provision_resource", "_update_resource"):
    setattr(provisioners, name, remembering(getattr(provisioners, name)))

check = cognito._password_policy_errors


def checked(pool, password):
    policy = pool.get("Policies", {}).get("PasswordPolicy", {})
    if "MinimumLength" in policy:
        policy["MinimumLength"] = int(policy["MinimumLength"])
    return check(pool, password)


cognito._password_policy_errors = checked

EVERY_METHOD = "x-amazon-apigateway-any-method"
import_operation = apigateway_v1._import_operation


def imported(api, resource, method, *arguments):
    import_operation(api, resource, "ANY" if method.lower() == EVERY_METHOD else method, *arguments)


apigateway_v1._OPENAPI_HTTP_METHODS = {*apigateway_v1._OPENAPI_HTTP_METHODS, EVERY_METHOD}
apigateway_v1._import_operation = imported



def identity_provider(call):
    def provision(properties):
        status, _, body = call(properties)
        if status >= 400:
            raise ValueError(f"AWS::Cognito::UserPoolIdentityProvider: {body!r}")
        return properties["ProviderName"], {}

    return provision


made = identity_provider(cognito._create_identity_provider)
changed = identity_provider(cognito._update_identity_provider)
provisioners._RESOURCE_HANDLERS["AWS::Cognito::UserPoolIdentityProvider"] = {
    "create": lambda name, properties, stack: made(properties),
    "update": lambda identity, old, new, stack: changed(new),
    "delete": lambda identity, properties: cognito._delete_identity_provider(properties),
}

stacks = sys.modules["ministack.services.cloudformation.stacks"]
deploy_nested = provisioners._cfn_nested_stack_deploy


def exporting(*arguments, **named):
    identity, attributes = deploy_nested(*arguments, **named)
    child = cloudformation._stacks[provisioners._nested_stack_lookup_name(identity)]
    template = child["_template"]
    outputs, exports = stacks._resolve_stack_outputs(
        template.get("Outputs", {}), child["_conditions"], child["_resources"], child["_resolved_params"],
        template.get("Mappings", {}), child["StackName"], child["StackId"],
    )
    # Those that are gone since the last time are taken back.
    for name in [name for name, one in cloudformation._exports.items() if one["StackId"] == child["StackId"]]:
        cloudformation._exports.pop(name)
    cloudformation._exports.update(exports)
    child["Outputs"] = outputs
    return identity, attributes


provisioners._cfn_nested_stack_deploy = exporting

# ministack makes change sets of one stack. CloudFormation makes one of each stack below it, too, if it is asked to; here that
# is done for the nested stacks that are changed.

sets = sys.modules["ministack.services.cloudformation.changesets"]
handlers = sys.modules["ministack.services.cloudformation.handlers"]
actions = handlers._ACTION_HANDLERS
create, describe = actions["CreateChangeSet"], actions["DescribeChangeSet"]


def parameters(properties, stack, child):
    """What a nested stack is given; a value that is not known yet stays what it is."""
    given = properties.get("Parameters", {})
    known = {key: value["Value"] for key, value in child.get("_resolved_params", {}).items()}
    for key, value in given.items():
        try:
            value = sets._resolve_refs(
                copy.deepcopy(value), stack["_resources"], stack["_set_parameters"], {}, {}, stack["StackName"], stack["StackId"]
            )
        except Exception:
            value = known.get(key, "")
        yield key, value if isinstance(value, str) else known.get(key, "")


def create_nested(params):
    nested = params.get("IncludeNestedStacks", [""])[0] == "true"
    stack = handlers._resolve_stack(params["StackName"][0]) if nested else None
    if stack is None:
        return create(params)
    before = set(cloudformation._change_sets)
    answer = create({**params, "StackName": [stack["StackName"]]})
    made = [one for key, one in cloudformation._change_sets.items() if key not in before]
    for one in made:
        one["_below"] = {}
        stack["_set_parameters"] = one["_resolved_params"]
        for change in (change["ResourceChange"] for change in one["Changes"]):
            child = handlers._resolve_stack(change.get("PhysicalResourceId", "")) if change["Action"] == "Modify" else None
            if change["ResourceType"] != "AWS::CloudFormation::Stack" or child is None:
                continue
            name = change["LogicalResourceId"]
            properties = one["_template"]["Resources"][name]["Properties"]
            asked = {
                "StackName": [child["StackName"]],
                "ChangeSetName": [params["ChangeSetName"][0]],
                "TemplateURL": [properties["TemplateURL"]],
                "Capabilities.member.1": ["CAPABILITY_NAMED_IAM"],
                "IncludeNestedStacks": ["true"],
            }
            for number, (key, value) in enumerate(parameters(properties, stack, child), 1):
                asked[f"Parameters.member.{number}.ParameterKey"] = [key]
                asked[f"Parameters.member.{number}.ParameterValue"] = [value]
            drop(child)
            reply = create_nested(asked)
            below = re.search(r"<Id>(.*?)</Id>", reply[2].decode())
            if below:
                one["_below"][name] = below[1]
    return answer


def drop(stack):
    """Those of nested stacks go with the one of the root."""
    for key in [key for key, one in cloudformation._change_sets.items() if one["StackId"] == stack["StackId"]]:
        cloudformation._change_sets.pop(key)


def describe_nested(params):
    status, headers, body = describe(params)
    _, found = sets._find_change_set(params["ChangeSetName"][0], "")
    if status == 200 and found is not None and "_below" in found:
        text = body.decode().replace("<Changes>", "<IncludeNestedStacks>true</IncludeNestedStacks><Changes>")
        for name, below in found["_below"].items():
            logical = f"<LogicalResourceId>{name}</LogicalResourceId>"
            text = text.replace(logical, f"{logical}<ChangeSetId>{below}</ChangeSetId>")
        body = text.encode()
    return status, headers, body


actions["CreateChangeSet"], actions["DescribeChangeSet"] = create_nested, describe_nested

main()
