// Compares two builds of a schema: node compare.js MODULES THEIRS OURS MODE, the mode of authorization being the default
//
// Templates and schema are compared as values, without what people read and what depends on the time. Mapping templates
// are run in the original's own engine over a set of callers and contexts, and what they make is compared. Prints one
// JSON document: how much is equal, and each difference.
const fs = require('fs');
const path = require('path');

const [modules, theirs, ours, mode] = process.argv.slice(2);
const engine = path.join(modules, 'node_modules', 'amplify-appsync-simulator', 'lib', 'velocity');
const { VelocityTemplate } = require(engine);

const found = { entries: 0, types: 0, files: 0, runs: 0, different: {} };
const differs = (what, detail) => (found.different[what] = found.different[what] || detail);

const sorted = value => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])]));
};
const text = value => JSON.stringify(sorted(value));

// Templates.
const withoutWords = value => {
  if (Array.isArray(value)) return value.map(withoutWords);
  if (!value || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => key !== 'Description' && key !== 'Expires');
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutWords(member)]));
};
const templates = folder => {
  const read = file => withoutWords(JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')));
  const stacks = fs.existsSync(path.join(folder, 'stacks')) ? fs.readdirSync(path.join(folder, 'stacks')) : [];
  const named = stacks.map(file => [file.replace('.json', ''), read(`stacks/${file}`)]);
  return Object.fromEntries([['root', read('cloudformation-template.json')], ...named]);
};
const [theirStacks, ourStacks] = [templates(theirs), templates(ours)];
for (const stack of new Set([...Object.keys(theirStacks), ...Object.keys(ourStacks)])) {
  for (const section of ['Parameters', 'Resources', 'Outputs', 'Conditions', 'Mappings']) {
    const [a, b] = [theirStacks, ourStacks].map(side => (side[stack] || {})[section] || {});
    for (const id of new Set([...Object.keys(a), ...Object.keys(b)])) {
      if (text(a[id]) === text(b[id])) found.entries += 1;
      else differs(`${stack} ${section} ${id}`, { theirs: a[id], ours: b[id] });
    }
  }
}

// The schema: members of each type in any order, directives of each member in any order.
const types = folder => {
  const blocks = fs.readFileSync(path.join(folder, 'schema.graphql'), 'utf8').split('\n}').map(block => block.trim());
  const member = line => {
    const directives = (line.match(/@\w+(\([^)]*\))?/g) || []).sort();
    return `${line.replace(/\s*@\w+(\([^)]*\))?/g, '').trim()} ${directives.join(' ')}`.trim();
  };
  return Object.fromEntries(
    blocks.filter(Boolean).map(block => {
      const [head, members] = [block.slice(0, block.indexOf('{')), block.slice(block.indexOf('{') + 1)];
      return [member(head), members.split('\n').map(member).filter(Boolean).sort()];
    }),
  );
};
const [theirTypes, ourTypes] = [types(theirs), types(ours)];
for (const type of new Set([...Object.keys(theirTypes), ...Object.keys(ourTypes)])) {
  if (text(theirTypes[type]) === text(ourTypes[type])) found.types += 1;
  else differs(`type ${type}`, { theirs: theirTypes[type], ours: ourTypes[type] });
}

// Mapping templates.
const pools = 'AMAZON_COGNITO_USER_POOLS';
const user = (name, more) => ({ sub: `sub-${name}`, iss: 'https://cognito-idp.x', username: name, 'cognito:username': name, ...more });
const callers = [
  { mode: pools, jwt: user('alice') },
  { mode: pools, jwt: user('bob', { 'cognito:groups': ['Admin', 'Managers'], email: 'b@x', my_groups: '["Dev"]' }) },
  { mode: 'API_KEY' },
  { mode: 'AWS_IAM' },
  { mode: 'OPENID_CONNECT', jwt: { sub: 'sub-carol', iss: 'https://id.example.com', username: 'carol', roles: ['Admin'] } },
];
const inputs = [
  { id: '1' },
  { id: '1', name: 'n', text: 't', owner: 'alice' },
  { id: '1', owner: 'zed' },
  { id: '1', owner: null, name: null },
  { id: '1', owner: ['alice'], groups: ['Dev'], team: 'Dev', editors: ['b@x'], expectedVersion: 3 },
  { id: '1', postID: '2', createdAt: '2020', content: 'c', group: 'Admin', secret: 'x', a: '1', b: '2', c: 3 },
  { id: '1', secret: null },
];
const results = [
  null,
  { id: '1', owner: 'alice' },
  { id: '1', owner: 'zed', groups: ['Dev'], team: 'Admin' },
  { id: '1', owner: ['alice', 'c'], editors: ['b@x'], team: null },
  { id: '1' },
];
const items = results.slice(1);
const hits = { hits: { hits: items.map((item, index) => ({ _source: item, sort: [`s${index}`] })) } };
const web = (statusCode, type) => ({ statusCode, headers: { 'Content-Type': type }, body: '{"a":1}' });
const contexts = (type, kind, field) => {
  const list = [];
  const add = (args, source, result) => list.push({ arguments: args, source, result, stash: {}, prev: { result } });
  if (type === 'Subscription') {
    for (const owner of [undefined, 'alice', 'zed', null]) add(owner === undefined ? {} : { owner, editors: owner }, null, null);
  } else if (kind === 'req' && type === 'Mutation') {
    for (const input of inputs) add({ input }, null, null);
  } else if (kind === 'req') {
    for (const sort of [undefined, { eq: '5' }, { between: ['1', '2'] }, { beginsWith: 'x' }, { gt: '1' }]) {
      for (const direction of [undefined, 'ASC', 'DESC']) {
        for (const more of [{}, { limit: 5, nextToken: 'tok' }, { filter: { name: { eq: 'x' } } }, { sort: { field: 'rating' }, params: { id: '7', kind: 'k' }, query: { q: 'z', title: 't', a: 1 }, body: { title: 'u' } }]) {
          const args = { id: '1', ...more };
          if (sort) Object.assign(args, { createdAt: sort, n: sort, content: sort });
          if (direction) args.sortDirection = direction;
          for (const item of items) add(args, { ...item, blogID: '9', postID: '7', postCommentsId: '3' }, null);
        }
      }
    }
  } else {
    for (const result of results) for (const operation of ['Mutation', undefined]) add({}, { operation, secret: 'x', owner: 'alice' }, result);
    add({}, { id: '1', secret: 'x' }, { items, nextToken: null });
    add({}, {}, hits);
    for (const status of [200, 201, 404]) add({}, {}, web(status, 'application/json'));
  }
  return list;
};
const info = { fieldName: 'f', fieldNodes: [], fragments: {}, path: { key: 'f' }, parentType: { name: 'Q' }, operation: { selectionSet: { selections: [] } }, variableValues: {}, schema: {} };
const api = { appSyncConfig: { defaultAuthenticationType: { authenticationType: mode } } };
// Read once: each template runs some hundred times.
const read = new Map();
const template = file => {
  if (!read.has(file)) read.set(file, new VelocityTemplate({ content: fs.readFileSync(file, 'utf8'), path: file }, api));
  const made = read.get(file);
  // What a run leaves behind is nothing to the next one.
  Object.assign(made.compiler, { macros: {}, defines: {}, conditions: [], local: {}, unescape: {} });
  return made;
};
const run = (file, caller, context) => {
  try {
    const request = { jwt: caller.jwt, headers: {}, sourceIp: ['1.2.3.4'], requestAuthorizationMode: caller.mode };
    const made = template(file).render(JSON.parse(JSON.stringify(context)), request, info);
    return { result: made.result, errors: (made.errors || []).map(error => error.message) };
  } catch (error) {
    // What went wrong is the same; each has its own words for it.
    return { refused: error.errorType || 'Error' };
  }
};
// Placeholders of expressions have names of our own; what they stand for is compared.
const resolved = value => {
  if (Array.isArray(value)) return value.map(resolved);
  if (!value || typeof value !== 'object') return value;
  const out = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolved(member)]));
  if (typeof out.expression === 'string') {
    const stands = { ...out.expressionNames, ...out.expressionValues };
    for (const name of Object.keys(stands).sort((a, b) => b.length - a.length)) {
      out.expression = out.expression.split(name).join(`<${JSON.stringify(stands[name])}>`);
    }
    for (const part of ['expressionNames', 'expressionValues']) {
      if (out[part]) out[part] = Object.values(out[part]).map(text).sort();
    }
  }
  return out;
};
const plain = made =>
  text(resolved(made))
    .replace(/context\.source/g, 'ctx.source')
    .replace(/"(filter|nextToken)":null,/g, '')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID');
for (const folder of ['resolvers', 'pipelineFunctions']) {
  const list = side => (fs.existsSync(path.join(side, folder)) ? fs.readdirSync(path.join(side, folder)) : []);
  for (const file of new Set([...list(theirs), ...list(ours)])) {
    const [a, b] = [theirs, ours].map(side => path.join(side, folder, file));
    if (!fs.existsSync(a) || !fs.existsSync(b)) {
      differs(`file ${folder}/${file}`, { theirs: fs.existsSync(a), ours: fs.existsSync(b) });
      continue;
    }
    found.files += 1;
    const [type, field, kind] = folder === 'resolvers' ? file.split('.') : ['Function', file.split('.')[0], file.split('.')[1]];
    let [count, first] = [0, null];
    for (const caller of callers) {
      for (const context of contexts(type, kind, field)) {
        const [left, right] = [run(a, caller, context), run(b, caller, context)].map(plain);
        if (left === right) found.runs += 1;
        else if ((count += 1) === 1) first = { caller: caller.mode, context, theirs: left, ours: right };
      }
    }
    if (count) differs(`template ${file}`, { runs: count, ...first });
  }
}
console.log(JSON.stringify(found, null, 1));
