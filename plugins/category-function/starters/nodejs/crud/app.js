// Creates, lists, reads, updates and deletes the items of one table. The SDK is part of the Lambda runtime, so nothing has
// to be installed for the deployed function. To run it on your machine: `npm install` in this folder.

const { DynamoDBClient } = require("@aws-sdk/client-dynamodb");
const {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
} = require("@aws-sdk/lib-dynamodb");

// Where the API has this function; what follows it in a request's path decides what is done.
const PATH = "API_PATH";
// A parameter such as {id} is one step of the path, whatever it is.
const ABOVE = new RegExp(
  "^" + PATH.split("/").map((step) => (step.startsWith("{") ? "[^/]+" : step.replace(/[.*+]/g, "\\$&"))).join("/")
);

const TABLE = process.env.TABLE_VARIABLE;
const PARTITION_KEY = { name: "PARTITION_KEY_NAME", type: "PARTITION_KEY_TYPE" };
const SORT_KEY = SORT_KEY_OBJECT;

// Whether each signed-in user has items of their own: the partition key is then the user's identity, whatever a request says.
const USER_ID_PRESENT = false;
const UNAUTH = "UNAUTH";

const PAGE = 100;

const table = DynamoDBDocumentClient.from(new DynamoDBClient({ region: process.env.REGION }), {
  marshallOptions: { removeUndefinedValues: true },
});

const HEADERS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "*",
  "Content-Type": "application/json",
};

/** What the caller did wrong, with the status that says so. */
class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const routes = [
  ["GET", /^\/?$/, list],
  ["GET", /^\/object\/([^/]+)(?:\/([^/]+))?\/?$/, read],
  ["GET", /^\/([^/]+)\/?$/, query],
  ["POST", /^\/?$/, write],
  ["PUT", /^\/?$/, write],
  ["DELETE", /^\/object\/([^/]+)(?:\/([^/]+))?\/?$/, remove],
];

/** Finds the route of a request and turns what it gives into a response. */
exports.answer = async (event) => {
  const respond = (statusCode, body) => ({ statusCode, headers: HEADERS, body: JSON.stringify(body, plain) });
  try {
    const path = event.path.replace(ABOVE, "");
    const method = event.httpMethod.toUpperCase();
    if (method === "OPTIONS") {
      return respond(200, {});
    }
    for (const [verb, pattern, action] of routes) {
      const match = verb === method && pattern.exec(path);
      if (match) {
        return respond(200, await action(event, ...match.slice(1).map(decode)));
      }
    }
    throw new Refused(404, `There is nothing at ${method} ${event.path}`);
  } catch (error) {
    if (error instanceof Refused) {
      return respond(error.status, { error: error.message });
    }
    console.error(error);
    return respond(500, { error: "The request could not be answered" });
  }
};

/** All items, page by page: `?next=` takes what the page before gave as `next`. */
async function list(event) {
  if (USER_ID_PRESENT) {
    return query(event);
  }
  const start = event.queryStringParameters?.next;
  const page = await table.send(
    new ScanCommand({ TableName: TABLE, Limit: PAGE, ExclusiveStartKey: start ? parse(fromBase64(start)) : undefined })
  );
  return { items: page.Items, next: page.LastEvaluatedKey && toBase64(JSON.stringify(page.LastEvaluatedKey)) };
}

/** The items that share a partition key. */
async function query(event, partition) {
  const page = await table.send(
    new QueryCommand({
      TableName: TABLE,
      KeyConditionExpression: "#key = :key",
      ExpressionAttributeNames: { "#key": PARTITION_KEY.name },
      ExpressionAttributeValues: { ":key": partitionOf(event, partition) },
    })
  );
  return page.Items;
}

async function read(event, partition, sort) {
  const found = await table.send(new GetCommand({ TableName: TABLE, Key: key(event, partition, sort) }));
  if (!found.Item) {
    throw new Refused(404, "There is no such item");
  }
  return found.Item;
}

/** Makes an item, or replaces the one with the same key. */
async function write(event) {
  const item = parse(event.isBase64Encoded ? fromBase64(event.body) : event.body);
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    throw new Refused(400, "The body must be a JSON object");
  }
  if (USER_ID_PRESENT) {
    item[PARTITION_KEY.name] = partitionOf(event);
  }
  const keys = {};
  for (const part of [PARTITION_KEY, SORT_KEY].filter(Boolean)) {
    if (item[part.name] === undefined) {
      throw new Refused(400, `The item needs \`${part.name}\``);
    }
    keys[part.name] = ofBody(part, item[part.name]);
  }
  await table.send(new PutCommand({ TableName: TABLE, Item: { ...item, ...keys } }));
  return { success: true, url: event.path, data: item };
}

async function remove(event, partition, sort) {
  await table.send(new DeleteCommand({ TableName: TABLE, Key: key(event, partition, sort) }));
  return { success: true, url: event.path };
}

function key(event, partition, sort) {
  // With items of their own, users name the sort key only.
  const second = USER_ID_PRESENT && sort === undefined ? partition : sort;
  if (SORT_KEY && second === undefined) {
    throw new Refused(400, `The path needs the value of \`${SORT_KEY.name}\``);
  }
  return {
    [PARTITION_KEY.name]: partitionOf(event, partition),
    ...(SORT_KEY && { [SORT_KEY.name]: typed(second, SORT_KEY.type) }),
  };
}

function partitionOf(event, given) {
  return USER_ID_PRESENT ? event.requestContext.identity.cognitoIdentityId || UNAUTH : typed(given, PARTITION_KEY.type);
}

/** A part of a path as the table's key has it. */
function typed(text, type) {
  if (type === "B") {
    return Buffer.from(text, "base64");
  }
  if (type !== "N") {
    return text;
  }
  const number = Number(text);
  if (Number.isNaN(number)) {
    throw new Refused(400, `\`${text}\` is not a number`);
  }
  return number;
}

/** A part of the key in a body as the table has it. Bytes are written in base64. */
function ofBody({ name, type }, value) {
  const wanted = { S: "a text", N: "a number", B: "a text in base64" }[type];
  if (typeof value !== (type === "N" ? "number" : "string") || value === "") {
    throw new Refused(400, `\`${name}\` must be ${wanted}`);
  }
  return type === "B" ? Buffer.from(value, "base64") : value;
}

function decode(part) {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    throw new Refused(400, "The path is not well formed");
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(400, "That is not JSON");
  }
}

/** What DynamoDB has and JSON has not. */
function plain(name, value) {
  // A buffer is something else already when it comes here.
  if (this[name] instanceof Uint8Array) {
    return Buffer.from(this[name]).toString("base64");
  }
  return value instanceof Set ? [...value] : value;
}

const toBase64 = (text) => Buffer.from(text).toString("base64url");
const fromBase64 = (text) => Buffer.from(text || "", "base64").toString();
