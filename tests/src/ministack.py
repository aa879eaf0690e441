"""Starts ministack with three faults mended.

When a nested stack is updated, ministack forgets the attributes of the resources that stay as they are, so that whatever
refers to them fails. Here they are remembered.

Where a number comes from a parameter, ministack keeps its text. CloudFormation makes it what the property wants; here that
is done for the length of a password, which is compared.

Where the description of a REST API says the same for every method, ministack overlooks it. Here it does not.
"""

from ministack.app import main
from ministack.services import apigateway_v1, cognito
from ministack.services.cloudformation import provisioners

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

main()
