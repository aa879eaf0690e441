// Compiles a schema with the original's transformers: node compile.js MODULES SCHEMA FOLDER MODES
//
// MODES are those of authorization, the default first, as the service spells them, with commas.
const fs = require('fs');
const path = require('path');

const [modules, schema, folder, modes] = process.argv.slice(2);
const load = (name, member) => {
  const loaded = require(path.join(modules, 'node_modules', name));
  return loaded[member] || loaded.default || loaded;
};
// With the same settings as `examples/dump.rs` of the transformer.
const provider = mode => ({
  authenticationType: mode,
  apiKeyConfig: mode === 'API_KEY' ? { description: '', apiKeyExpirationDays: 7 } : undefined,
  openIDConnectConfig:
    mode === 'OPENID_CONNECT' ? { name: 'corp', issuerUrl: 'https://id.example.com', clientId: 'app' } : undefined,
});
const [first, ...others] = modes.split(',').map(provider);
const authConfig = { defaultAuthentication: first, additionalAuthenticationProviders: others };
const text = fs.readFileSync(schema, 'utf8');
const make = (name, member, argument) => new (load(name, member))(argument);
const transformers = [
  make('graphql-dynamodb-transformer', 'DynamoDBModelTransformer'),
  make('graphql-versioned-transformer', 'VersionedModelTransformer'),
  make('graphql-function-transformer', 'FunctionTransformer'),
  make('graphql-http-transformer', 'HttpTransformer'),
  make('graphql-key-transformer', 'KeyTransformer'),
  make('graphql-connection-transformer', 'ModelConnectionTransformer'),
];
if (text.includes('@searchable')) transformers.push(make('graphql-elasticsearch-transformer', 'SearchableModelTransformer'));
transformers.push(make('graphql-auth-transformer', 'ModelAuthTransformer', { authConfig }));
console.warn = () => {};
const Transform = require(path.join(modules, 'node_modules', 'graphql-transformer-core')).GraphQLTransform;
const output = new Transform({ transformers, transformConfig: { Version: 5 } }).transform(text);

const write = (name, content) => {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 1));
};
write('schema.graphql', output.schema);
write('cloudformation-template.json', output.rootStack);
for (const [name, stack] of Object.entries(output.stacks)) write(`stacks/${name}.json`, stack);
for (const [name, text] of Object.entries(output.resolvers)) write(`resolvers/${name}`, text);
for (const [name, text] of Object.entries(output.pipelineFunctions)) write(`pipelineFunctions/${name}`, text);
