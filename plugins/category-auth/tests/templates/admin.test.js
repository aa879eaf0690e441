// The routes of the admin queries, with requests as API Gateway sends them.

const assert = require('node:assert/strict');
const test = require('node:test');

const { load, named } = require('./support');

const request = (method, path, given = {}, claims = { username: 'ann', 'cognito:groups': 'Editors,Admins' }) => ({
  httpMethod: method,
  path,
  queryStringParameters: method === 'GET' ? given : null,
  body: method === 'POST' ? JSON.stringify(given) : null,
  isBase64Encoded: false,
  requestContext: { authorizer: { claims } },
});

function api({ group = 'Admins', answers = {} } = {}) {
  const { handler, sent } = load('admin/index.js', { variables: { GROUP: group, USERPOOL: 'pool' }, answers });
  const ask = async (...words) => {
    const { statusCode, body, headers } = await handler(request(...words));
    assert.equal(headers['Access-Control-Allow-Origin'], '*');
    return [statusCode, JSON.parse(body)];
  };
  return { ask, handler, sent };
}

const both = { username: 'bob', groupname: 'Editors' };
const ROUTES = [
  ['POST', '/addUserToGroup', both, 'AdminAddUserToGroupCommand', { Username: 'bob', GroupName: 'Editors' }],
  ['POST', '/removeUserFromGroup', both, 'AdminRemoveUserFromGroupCommand', { Username: 'bob', GroupName: 'Editors' }],
  ['POST', '/confirmUserSignUp', { username: 'bob' }, 'AdminConfirmSignUpCommand', { Username: 'bob' }],
  ['POST', '/disableUser', { username: 'bob' }, 'AdminDisableUserCommand', { Username: 'bob' }],
  ['POST', '/enableUser', { username: 'bob' }, 'AdminEnableUserCommand', { Username: 'bob' }],
  ['POST', '/signUserOut', { username: 'ann' }, 'AdminUserGlobalSignOutCommand', { Username: 'ann' }],
  ['GET', '/getUser', { username: 'bob' }, 'AdminGetUserCommand', { Username: 'bob' }],
  ['GET', '/listUsers', {}, 'ListUsersCommand', {}],
  ['GET', '/listGroupsForUser', { username: 'bob' }, 'AdminListGroupsForUserCommand', { Username: 'bob' }],
  ['GET', '/listUsersInGroup', { groupname: 'Editors' }, 'ListUsersInGroupCommand', { GroupName: 'Editors' }],
];

test('each route leads to its action on the pool', async () => {
  for (const [method, path, given, command, input] of ROUTES) {
    const { ask, sent } = api();
    const [status] = await ask(method, path, given);
    assert.equal(status, 200, path);
    assert.equal(sent[0][0], command);
    assert.deepEqual(JSON.parse(JSON.stringify(sent[0][1])), { UserPoolId: 'pool', ...input }, path);
  }
});

test('who is not in the group may only sign out', async () => {
  for (const claims of [{ username: 'ann' }, { username: 'ann', 'cognito:groups': 'Admins2,XAdmins' }, undefined]) {
    for (const [method, path, given] of ROUTES.filter(([, path]) => path !== '/signUserOut')) {
      const { handler, sent } = api();
      const event = request(method, path, given, claims);
      if (!claims) {
        event.requestContext = {};
      }
      assert.equal((await handler(event)).statusCode, 403, path);
      assert.deepEqual(sent, []);
    }
  }
  assert.equal((await api().ask('POST', '/signUserOut', { username: 'ann' }, { username: 'ann' }))[0], 200);
});

test('groups are read in every form in which API Gateway writes them', async () => {
  for (const groups of ['Admins', 'Editors,Admins', 'Editors, Admins', '[Editors Admins]', '[Admins]', ['Admins']]) {
    assert.equal((await api().ask('GET', '/listUsers', {}, { username: 'ann', 'cognito:groups': groups }))[0], 200, groups);
  }
  for (const groups of ['', '[]', '[Editors]', 'admins']) {
    assert.equal((await api().ask('GET', '/listUsers', {}, { username: 'ann', 'cognito:groups': groups }))[0], 403, groups);
  }
});

test('nobody signs anybody else out', async () => {
  for (const username of ['bob', 'Ann', ' ann']) {
    const { ask, sent } = api({ group: 'NONE' });
    assert.deepEqual(await ask('POST', '/signUserOut', { username }), [400, { message: 'only the user can sign themselves out' }]);
    assert.deepEqual(sent, []);
  }
});

test('without a group everybody who is signed in may ask', async () => {
  assert.equal((await api({ group: 'NONE' }).ask('GET', '/listUsers', {}, { username: 'bob' }))[0], 200);
});

test('lists are paged', async () => {
  const { ask, sent } = api({ answers: { ListUsersCommand: { Users: [], PaginationToken: 'next' }, ListUsersInGroupCommand: { Users: [], NextToken: 'more' } } });
  assert.deepEqual(await ask('GET', '/listUsers', { limit: '10' }), [200, { Users: [], NextToken: 'next' }]);
  await ask('GET', '/listUsers', { token: 'next' });
  assert.deepEqual((await ask('GET', '/listUsersInGroup', { groupname: 'E', limit: '60', token: 't' }))[1].NextToken, 'more');
  assert.deepEqual([sent[0][1].Limit, sent[0][1].PaginationToken], [10, undefined]);
  assert.deepEqual([sent[1][1].Limit, sent[1][1].PaginationToken], [25, 'next']);
  assert.deepEqual([sent[2][1].Limit, sent[2][1].NextToken], [60, 't']);
  for (const limit of ['0', '61', '1.5', 'ten', '']) {
    assert.equal((await ask('GET', '/listUsers', { limit }))[0], 400, limit);
  }
});

test('groups are told without their roles', async () => {
  const Groups = [{ GroupName: 'Admins', Description: 'd', RoleArn: 'arn', Precedence: 1, UserPoolId: 'pool' }];
  const { ask } = api({ answers: { AdminListGroupsForUserCommand: { Groups } } });
  const [, reply] = await ask('GET', '/listGroupsForUser', { username: 'bob' });
  assert.deepEqual(reply, { Groups: [{ GroupName: 'Admins', Description: 'd' }] });
});

test('what is missing or wrong is said', async () => {
  const { ask, handler, sent } = api();
  assert.deepEqual(await ask('POST', '/addUserToGroup', { username: 'bob' }), [400, { message: 'username and groupname are required' }]);
  assert.deepEqual(await ask('POST', '/disableUser', { username: { x: 1 } }), [400, { message: 'username is required' }]);
  assert.deepEqual(await ask('GET', '/listUsersInGroup'), [400, { message: 'groupname is required' }]);
  assert.equal((await ask('GET', '/addUserToGroup', both))[0], 404);
  assert.equal((await ask('POST', '/constructor', {}))[0], 404);
  assert.equal((await handler({ ...request('POST', '/disableUser'), body: '{' })).statusCode, 400);
  assert.deepEqual(sent, []);
  const refused = api({ answers: { AdminGetUserCommand: named('UserNotFoundException') } });
  assert.equal((await refused.ask('GET', '/getUser', { username: 'x' }))[0], 400);
  const broken = api({ answers: { AdminGetUserCommand: new Error('broken') } });
  assert.equal((await broken.ask('GET', '/getUser', { username: 'x' }))[0], 500);
});

test('a body may come in base64', async () => {
  const { handler, sent } = api();
  const body = Buffer.from(JSON.stringify({ username: 'bob' })).toString('base64');
  await handler({ ...request('POST', '/enableUser/'), body, isBase64Encoded: true });
  assert.equal(sent[0][1].Username, 'bob');
});
