// Loads a module as Lambda would, with variables and with a stand-in for the AWS SDK that notes what it is sent.

const Module = require('node:module');
const path = require('node:path');

const ROOT = path.join(__dirname, '../..');

/** `answers` maps the name of a command to what it is answered with, or to an error that it is refused with. */
exports.load = (file, { variables = {}, answers = {} } = {}) => {
  const sent = [];
  class Client {
    async send(command) {
      const name = command.constructor.name;
      sent.push([name, command.input]);
      const answer = typeof answers[name] === 'function' ? answers[name](command.input) : answers[name];
      if (answer instanceof Error) {
        throw answer;
      }
      return { $metadata: { httpStatusCode: 200 }, ...answer };
    }
  }
  const sdk = new Proxy({}, {
    get: (_, name) =>
      name.endsWith('Client')
        ? Client
        : { [name]: class { constructor(input) { this.input = input; } } }[name],
  });
  Object.assign(process.env, variables);
  const real = Module._load;
  Module._load = (request, ...rest) => (request.startsWith('@aws-sdk/') ? sdk : real(request, ...rest));
  try {
    for (const known of Object.keys(require.cache)) {
      if (known.startsWith(ROOT) && known !== __filename) {
        delete require.cache[known];
      }
    }
    return { ...require(path.join(ROOT, file)), sent };
  } finally {
    Module._load = real;
  }
};

/** A copy of an event as Cognito sends it. */
exports.event = (trigger) => JSON.parse(JSON.stringify(require(path.join(ROOT, `triggers/events/${trigger}.json`))));

exports.named = (name, statusCode = 400) =>
  Object.assign(new Error(`${name} happened`), { name, $metadata: { httpStatusCode: statusCode } });
