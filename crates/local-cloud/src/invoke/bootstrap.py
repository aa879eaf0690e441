"""Calls a Python function's handler once, as Lambda does, and writes what came of it to a file."""

import importlib
import json
import os
import sys
import threading
import time
import traceback

with open(sys.argv[1], encoding="utf-8") as file:
    request = json.load(file)
begin = time.time()
began = time.perf_counter()


def write(document):
    document["duration"] = (time.perf_counter() - began) * 1000
    with open(request["result"] + ".new", "w", encoding="utf-8") as file:
        json.dump(document, file)
    os.replace(request["result"] + ".new", request["result"])


def leave(document, status):
    write(document)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    # Threads that the function left behind must not keep the process.
    os._exit(status)


def fail(kind, message, trace=()):
    leave({"error": {"errorType": kind, "errorMessage": message, "trace": list(trace)}}, 1)


def fail_with(error, kind=None):
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    lines = [line for text in traceback.format_list(frames) for line in text.rstrip("\n").split("\n")]
    fail(kind or type(error).__name__, str(error), lines)


def watch():
    # The parent holds the other end; when it is gone, nobody waits for the result.
    try:
        while os.read(0, 1024):
            pass
    finally:
        os._exit(137)


class Context:
    def __init__(self, values):
        self.function_name = values["functionName"]
        self.function_version = values["functionVersion"]
        self.invoked_function_arn = values["invokedFunctionArn"]
        self.memory_limit_in_mb = values["memoryLimitInMB"]
        self.aws_request_id = values["awsRequestId"]
        self.log_group_name = values["logGroupName"]
        self.log_stream_name = values["logStreamName"]
        self.identity = None
        self.client_context = None

    @staticmethod
    def get_remaining_time_in_millis():
        return max(0, int(request["limit"] - (time.time() - begin) * 1000))


def find():
    name, dot, member = request["handler"].rpartition(".")
    if not dot or not name or not member:
        fail("Runtime.MalformedHandlerName", "`%s` is no handler name" % request["handler"])
    sys.path[0] = request["codeDir"]
    module = name.replace("/", ".")
    try:
        loaded = importlib.import_module(module)
    except ImportError as error:
        fail("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module, error))
    except SyntaxError as error:
        where = "  File \"%s\", line %s" % (error.filename, error.lineno)
        fail("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module, error), [where])
    handler = getattr(loaded, member, None)
    if not callable(handler):
        fail("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (member, module))
    return handler


def main():
    global began
    try:
        handler = find()
        began = time.perf_counter()
        result = handler(request["event"], Context(request["context"]))
    except SystemExit as error:
        fail("Runtime.ExitError", "the function ended its process with status %s" % error.code)
    except BaseException as error:
        fail_with(error)
    try:
        json.dumps(result)
    except (TypeError, ValueError) as error:
        fail("Runtime.MarshalError", "Unable to marshal response: %s" % error)
    leave({"result": result}, 0)


sys.argv = sys.argv[:1]
threading.Thread(target=watch, daemon=True).start()
main()
