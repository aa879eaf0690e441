// Loaded into the original CLI before it starts: its calls to AWS go to a stand-in on this machine.
// Its AWS SDK (version 2) reads no AWS_ENDPOINT_URL, so requests are turned round where node sends them. Names and signatures
// stay as they are; the stand-in reads the service from the host name and the account from the key.
'use strict';

const http = require('http');
const https = require('https');

const cloud = new URL(process.env.PEER_CLOUD);
const amplify = new URL(process.env.PEER_AMPLIFY);
const send = http.request;

function standIn(host) {
  return host.startsWith('amplify.') ? amplify : cloud;
}

https.request = function request(first, ...rest) {
  const given = typeof first === 'string' ? new URL(first) : first;
  const host = String(given.hostname || given.host || '').split(':')[0];
  if (!host.endsWith('.amazonaws.com')) {
    // Nothing else is to be reached: notices, usage data and update checks.
    const refused = send({ host: '127.0.0.1', port: 9 }, ...rest.filter((part) => typeof part === 'function'));
    return refused;
  }
  const target = standIn(host);
  const options = Object.assign({}, given, {
    protocol: 'http:',
    host: target.hostname,
    hostname: target.hostname,
    port: Number(target.port),
    path: given.path || `${given.pathname || '/'}${given.search || ''}`,
    agent: undefined,
    headers: Object.assign({}, given.headers, { Host: host }),
  });
  return send.call(http, options, ...rest);
};
https.get = function get(...words) {
  const request = https.request(...words);
  request.end();
  return request;
};
