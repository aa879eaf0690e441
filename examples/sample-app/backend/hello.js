// Keeps a note: its text as an object in the bucket, a line about it in the table. Answers how many notes the author has.
//
// It talks to S3 and DynamoDB over HTTP with signed requests, so that it needs no package.
const { createHash, createHmac } = require("node:crypto");

const region = process.env.AWS_REGION;
const bucket = process.env.STORAGE_PHOTOS_BUCKETNAME;
const table = process.env.STORAGE_NOTES_NAME;

exports.handler = async (event) => {
  const written = Date.now();
  const key = `public/notes/${event.author}-${written}.txt`;
  await s3("PUT", key, event.text);
  await dynamodb("PutItem", {
    TableName: table,
    Item: { author: { S: event.author }, written: { N: String(written) }, topic: { S: event.topic }, key: { S: key } },
  });
  const mine = await dynamodb("Query", {
    TableName: table,
    KeyConditionExpression: "author = :author",
    ExpressionAttributeValues: { ":author": { S: event.author } },
  });
  console.log(`kept ${key} for ${event.author}`);
  return {
    greeting: `${process.env.GREETING}, ${event.author}!`,
    notes: mine.Count,
    text: await s3("GET", mine.Items.at(-1).key.S),
  };
};

async function s3(method, key, body = "") {
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? `https://s3.${region}.amazonaws.com`;
  return send("s3", new URL(`/${bucket}/${key}`, endpoint), method, body, {});
}

async function dynamodb(operation, input) {
  const endpoint = process.env.AWS_ENDPOINT_URL_DYNAMODB ?? `https://dynamodb.${region}.amazonaws.com`;
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": `DynamoDB_20120810.${operation}` };
  return JSON.parse(await send("dynamodb", new URL("/", endpoint), "POST", JSON.stringify(input), headers));
}

async function send(service, url, method, body, headers) {
  const signed = sign(service, url, method, body, headers);
  const response = await fetch(url, { method, headers: signed, body: method === "GET" ? undefined : body });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${service} answered ${response.status}: ${text}`);
  }
  return text;
}

/** Signature version 4. */
function sign(service, url, method, body, headers) {
  const hash = (text) => createHash("sha256").update(text).digest("hex");
  const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const all = { ...headers, host: url.host, "x-amz-content-sha256": hash(body), "x-amz-date": time };
  if (process.env.AWS_SESSION_TOKEN) {
    all["x-amz-security-token"] = process.env.AWS_SESSION_TOKEN;
  }
  const names = Object.keys(all).sort();
  const request = [
    method,
    url.pathname,
    "",
    ...names.map((name) => `${name}:${all[name]}`),
    "",
    names.join(";"),
    all["x-amz-content-sha256"],
  ].join("\n");
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const secret = `AWS4${process.env.AWS_SECRET_ACCESS_KEY}`;
  const key = [time.slice(0, 8), region, service, "aws4_request"].reduce(hmac, secret);
  const signature = hmac(key, ["AWS4-HMAC-SHA256", time, scope, hash(request)].join("\n")).toString("hex");
  const credential = `${process.env.AWS_ACCESS_KEY_ID}/${scope}`;
  const { host, ...sent } = all;
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}
