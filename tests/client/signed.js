'use strict';
// Calls a path with the unmodified signers of Amplify JS and of the AWS SDK, and prints what came of each call as JSON.
// node signed.js '{"url": "http://127.0.0.1:1/api/dev/closed", "region": "us-east-1", "credentials": {"accessKeyId": ...}}'

const crypto = require('crypto');
const { presignUrl, signRequest } = require('@aws-amplify/core/internals/aws-client-utils');
const { SignatureV4 } = require('@smithy/signature-v4');

const { url, region, credentials } = JSON.parse(process.argv[2]);

class Sha256 {
  constructor(key) {
    this.hash = key ? crypto.createHmac('sha256', key) : crypto.createHash('sha256');
  }

  update(data) {
    this.hash.update(data);
  }

  async digest() {
    return this.hash.digest();
  }
}

const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
const later = (milliseconds) => new Date(Date.now() + milliseconds);

function amplify(method, path, body, date = later(0)) {
  const headers = body ? { 'content-type': 'application/json' } : {};
  const options = { credentials, signingDate: date, signingRegion: region, signingService: 'execute-api' };
  return signRequest({ method, url: new URL(url + path), headers, body }, options);
}

function amplifyAddress(path, seconds, date = later(0)) {
  const options = { credentials, signingDate: date, signingRegion: region, signingService: 'execute-api', expiration: seconds };
  return { method: 'GET', url: presignUrl({ method: 'GET', url: new URL(url + path) }, options), headers: {} };
}

// As the SDK's clients hand it over: the query in parts.
async function sdk(method, path, body, presigned) {
  const { protocol, hostname, port, host, pathname, searchParams } = new URL(url + path);
  const query = Object.fromEntries([...new Set(searchParams.keys())].map((key) => [key, searchParams.getAll(key)]));
  const request = { method, protocol, hostname, port: Number(port), path: pathname, query, headers: { host }, body };
  const signed = presigned ? await signer.presign(request, presigned) : await signer.sign(request);
  const pairs = Object.entries(signed.query).flatMap(([key, values]) => [values].flat().map((value) => [key, value]));
  const text = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
  return { ...signed, url: new URL(`${url.slice(0, url.indexOf(pathname.split('/')[1]) - 1)}${pathname}?${text}`) };
}

async function sent({ method, url: at, headers, body }) {
  const { host, ...rest } = headers;
  const response = await fetch(at, { method, headers: rest, body });
  const document = await response.json();
  return [response.status, response.headers.get('x-amzn-errortype'), document.message ?? document];
}

(async () => {
  // A name that is no ASCII is left out: Amplify JS puts names in order before it encodes them, AWS after it.
  const odd = '/a%20b/d%C3%BC?q=a%20b&q=c&empty=&Z=%2F%2B%C3%BC';
  const body = '{"text":"ü"}';
  const results = {
    amplify: await sent(amplify('GET', odd)),
    amplifyBody: await sent(amplify('POST', '/items', body)),
    amplifyAddress: await sent(amplifyAddress(odd, 60)),
    sdk: await sent(await sdk('GET', odd)),
    sdkBody: await sent(await sdk('PUT', '/items', body)),
    sdkAddress: await sent(await sdk('GET', odd, undefined, { expiresIn: 60 })),
    otherBody: await sent({ ...amplify('POST', '/items', body), body: '{}' }),
    otherMethod: await sent({ ...amplify('POST', '/items', body), method: 'PUT' }),
    late: await sent(amplify('GET', '/items', undefined, later(-360_000))),
    lateAddress: await sent(amplifyAddress('/items', 60, later(-120_000))),
  };
  process.stdout.write(JSON.stringify(results));
})();
