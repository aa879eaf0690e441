'use strict';
// Calls a Node.js function's handler once, as Lambda does, and writes what came of it to a file.

const fs = require('fs');
const path = require('path');
const Module = require('module');
const { pathToFileURL } = require('url');
const { Worker } = require('worker_threads');

const request = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const begin = Date.now();
let began = process.hrtime.bigint();
let finished = false;

function write(document) {
  if (finished) return;
  finished = true;
  document.duration = Number(process.hrtime.bigint() - began) / 1e6;
  fs.writeFileSync(`${request.result}.new`, JSON.stringify(document));
  fs.renameSync(`${request.result}.new`, request.result);
}

function describe(error, type) {
  if (error instanceof Error || (error && typeof error === 'object' && 'message' in error)) {
    const trace = String(error.stack || '').split('\n').filter((line) => line !== '');
    return { errorType: type || error.name || 'Error', errorMessage: String(error.message), trace };
  }
  return { errorType: type || typeof error, errorMessage: typeof error === 'string' ? error : String(error), trace: [] };
}

function fail(error, type) {
  write({ error: describe(error, type) });
  process.exit(1);
}

function succeed(result) {
  let text;
  try {
    text = JSON.stringify(result === undefined ? null : result);
  } catch (error) {
    return fail(error, 'Runtime.MarshalError');
  }
  write({ result: text === undefined ? null : JSON.parse(text) });
  process.exit(0);
}

process.on('uncaughtException', (error) => fail(error));
process.on('unhandledRejection', (error) => fail(error, 'Runtime.UnhandledPromiseRejection'));
process.on('exit', (code) => {
  write({ error: { errorType: 'Runtime.ExitError', errorMessage: `the function ended its process with status ${code}`, trace: [] } });
});

// The parent holds the other end of the standard input; when it is gone, nobody waits for the result. A thread of its own
// sees that even while the handler keeps this one busy.
const watch = "new (require('net').Socket)({ fd: 0 }).on('close', () => process.kill(process.pid, 'SIGKILL')).resume()";
new Worker(watch, { eval: true, stdin: false }).unref();

// Otherwise what a full pipe has no room for would be lost when the process ends.
for (const stream of [process.stdout, process.stderr]) {
  if (stream._handle && stream._handle.setBlocking) stream._handle.setBlocking(true);
}

// The older AWS SDK does not know the variables that name the endpoints.
const load = Module._load;
Module._load = function (name, ...rest) {
  const loaded = load.call(this, name, ...rest);
  if (name === 'aws-sdk' && loaded && loaded.config && !loaded.config.amplifyEndpoints) {
    loaded.config.amplifyEndpoints = true;
    if (request.dynamodb) loaded.config.dynamodb = { endpoint: request.dynamodb, ...loaded.config.dynamodb };
    if (request.s3) loaded.config.s3 = { endpoint: request.s3, s3ForcePathStyle: true, ...loaded.config.s3 };
    for (const name of request.cognito ? ['cognitoidentityserviceprovider', 'cognitoidentity'] : []) {
      loaded.config[name] = { endpoint: request.cognito, ...loaded.config[name] };
    }
  }
  return loaded;
};

function typed(type, message) {
  const error = new Error(message);
  error.name = type;
  return error;
}

function isModule(file) {
  if (file.endsWith('.mjs')) return true;
  if (file.endsWith('.cjs')) return false;
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (fs.existsSync(manifest)) {
      try {
        return JSON.parse(fs.readFileSync(manifest, 'utf8')).type === 'module';
      } catch {
        return false;
      }
    }
    if (folder === path.dirname(folder)) return false;
  }
}

async function find() {
  const split = /^((?:.*\/)?)([^/.][^/]*?)\.(.+)$/.exec(request.handler);
  if (!split) throw typed('Runtime.MalformedHandlerName', `\`${request.handler}\` is no handler name`);
  const [, folder, name, member] = split;
  const base = path.resolve(request.codeDir, folder, name);
  const file = ['.js', '.mjs', '.cjs', '/index.js'].map((end) => base + end).find((candidate) => fs.existsSync(candidate));
  if (!file) throw typed('Runtime.ImportModuleError', `Cannot find module '${folder}${name}' in ${request.codeDir}`);
  let loaded;
  try {
    loaded = isModule(file) ? await import(pathToFileURL(file).href) : require(file);
  } catch (error) {
    if (error instanceof SyntaxError) error.name = 'Runtime.UserCodeSyntaxError';
    else if (error && (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND')) error.name = 'Runtime.ImportModuleError';
    throw error;
  }
  const inside = (start) => member.split('.').reduce((value, key) => (value === undefined || value === null ? undefined : value[key]), start);
  const handler = inside(loaded) || inside(loaded.default);
  if (typeof handler !== 'function') throw typed('Runtime.HandlerNotFound', `${request.handler} is undefined or not exported`);
  return handler;
}

function call(handler) {
  let pending = null;
  const done = (error, result) => {
    if (pending) return;
    pending = () => (error ? fail(error) : succeed(result));
    if (context.callbackWaitsForEmptyEventLoop === false) pending();
  };
  const now = (error, result) => (error ? fail(error) : succeed(result));
  const context = {
    ...request.context,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, request.limit - (Date.now() - begin)),
    done: now,
    succeed: (result) => now(null, result),
    fail: (error) => now(error || new Error('the function called context.fail')),
  };
  process.on('beforeExit', () => (pending ? pending() : succeed(null)));
  began = process.hrtime.bigint();
  const returned = handler(request.event, context, done);
  if (returned && typeof returned.then === 'function') returned.then(succeed, (error) => fail(error));
}

process.argv.splice(1);
find().then(call).catch((error) => fail(error));
