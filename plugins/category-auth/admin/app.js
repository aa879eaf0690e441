// The routes: who may use them, what they expect, and which action they lead to. Take out what your app does not need.

const actions = require('./cognitoActions');

const DEFAULT_LIMIT = 25;
const MAXIMUM_LIMIT = 60;

/** Members of this group may use the routes; where it is `NONE`, everybody who is signed in. */
const allowedGroup = process.env.GROUP;

const ROUTES = {
  'POST /addUserToGroup': ({ username, groupname }) => actions.addUserToGroup(username, groupname),
  'POST /removeUserFromGroup': ({ username, groupname }) => actions.removeUserFromGroup(username, groupname),
  'POST /confirmUserSignUp': ({ username }) => actions.confirmUserSignUp(username),
  'POST /disableUser': ({ username }) => actions.disableUser(username),
  'POST /enableUser': ({ username }) => actions.enableUser(username),
  'POST /signUserOut': ({ username }) => actions.signUserOut(username),
  'GET /getUser': ({ username }) => actions.getUser(username),
  'GET /listUsers': ({ limit, token }) => actions.listUsers(limit, token),
  'GET /listGroupsForUser': ({ username, limit, token }) => actions.listGroupsForUser(username, limit, token),
  'GET /listUsersInGroup': ({ groupname, limit, token }) => actions.listUsersInGroup(groupname, limit, token),
};

const REQUIRED = {
  '/addUserToGroup': ['username', 'groupname'],
  '/removeUserFromGroup': ['username', 'groupname'],
  '/confirmUserSignUp': ['username'],
  '/disableUser': ['username'],
  '/enableUser': ['username'],
  '/signUserOut': ['username'],
  '/getUser': ['username'],
  '/listGroupsForUser': ['username'],
  '/listUsersInGroup': ['groupname'],
};

function failure(statusCode, message) {
  return Object.assign(new Error(message), { statusCode });
}

function claims(event) {
  const { authorizer } = event.requestContext || {};
  return (authorizer && authorizer.claims) || {};
}

function checkGroup(event) {
  if (allowedGroup === undefined || allowedGroup === 'NONE') {
    return;
  }
  const groups = claims(event)['cognito:groups'] || [];
  // API Gateway makes a text of the list: names between commas, or between blanks in brackets.
  const list = Array.isArray(groups) ? groups : groups.replace(/^\[|\]$/g, '').split(/[,\s]+/);
  if (!list.includes(allowedGroup)) {
    throw failure(403, 'User does not have permissions to perform administrative tasks');
  }
}

function readBody(event) {
  const text = event.isBase64Encoded ? Buffer.from(event.body || '', 'base64').toString() : event.body;
  if (!text) {
    return {};
  }
  try {
    return JSON.parse(text) || {};
  } catch {
    throw failure(400, 'the body is not valid JSON');
  }
}

/** What the request says, checked. */
function parameters(event, path) {
  const given = event.httpMethod === 'POST' ? readBody(event) : event.queryStringParameters || {};
  const required = REQUIRED[path] || [];
  if (required.some((name) => typeof given[name] !== 'string' || given[name] === '')) {
    throw failure(400, `${required.join(' and ')} ${required.length > 1 ? 'are' : 'is'} required`);
  }
  const { token } = given;
  let limit = given.limit === undefined && token ? DEFAULT_LIMIT : given.limit;
  if (limit !== undefined) {
    limit = Number(limit);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAXIMUM_LIMIT) {
      throw failure(400, `limit must be a whole number from 1 to ${MAXIMUM_LIMIT}`);
    }
  }
  return { ...given, limit, token };
}

/** Answers a request; what it throws says with which status. */
exports.answer = async (event) => {
  const path = event.path.replace(/\/+$/, '');
  const key = `${event.httpMethod} ${path}`;
  if (path !== '/signUserOut') {
    checkGroup(event);
  }
  if (!Object.hasOwn(ROUTES, key)) {
    throw failure(404, `there is no ${key}`);
  }
  const given = parameters(event, path);
  // Nobody signs anybody else out, whatever their groups are.
  if (path === '/signUserOut' && given.username !== claims(event).username) {
    throw failure(400, 'only the user can sign themselves out');
  }
  return ROUTES[key](given);
};
