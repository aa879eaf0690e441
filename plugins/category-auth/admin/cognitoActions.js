// What the routes do with the user pool.

const {
  CognitoIdentityProviderClient,
  AdminAddUserToGroupCommand,
  AdminConfirmSignUpCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminUserGlobalSignOutCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
} = require('@aws-sdk/client-cognito-identity-provider');

const cognito = new CognitoIdentityProviderClient({});
const UserPoolId = process.env.USERPOOL;

/** Sends a command about the pool. What is undefined is left out; the client's notes on the call are nobody's business. */
async function send(Command, input) {
  const { $metadata, ...reply } = await cognito.send(new Command({ UserPoolId, ...input }));
  return reply;
}

exports.addUserToGroup = async (Username, GroupName) => {
  await send(AdminAddUserToGroupCommand, { Username, GroupName });
  return { message: `Success adding ${Username} to ${GroupName}` };
};

exports.removeUserFromGroup = async (Username, GroupName) => {
  await send(AdminRemoveUserFromGroupCommand, { Username, GroupName });
  return { message: `Removed ${Username} from ${GroupName}` };
};

/** Confirms a user without the code that was sent. */
exports.confirmUserSignUp = async (Username) => {
  await send(AdminConfirmSignUpCommand, { Username });
  return { message: `Confirmed ${Username} registration` };
};

exports.disableUser = async (Username) => {
  await send(AdminDisableUserCommand, { Username });
  return { message: `Disabled ${Username}` };
};

exports.enableUser = async (Username) => {
  await send(AdminEnableUserCommand, { Username });
  return { message: `Enabled ${Username}` };
};

exports.getUser = (Username) => send(AdminGetUserCommand, { Username });

exports.listUsers = async (Limit, PaginationToken) => {
  // The other lists call it NextToken, so this one does too.
  const { PaginationToken: NextToken, ...reply } = await send(ListUsersCommand, { Limit, PaginationToken });
  return { ...reply, NextToken };
};

/** Names and descriptions only: roles and precedence are no app's business. */
exports.listGroupsForUser = async (Username, Limit, NextToken) => {
  const reply = await send(AdminListGroupsForUserCommand, { Username, Limit, NextToken });
  return { ...reply, Groups: (reply.Groups || []).map(({ GroupName, Description }) => ({ GroupName, Description })) };
};

exports.listUsersInGroup = (GroupName, Limit, NextToken) =>
  send(ListUsersInGroupCommand, { GroupName, Limit, NextToken });

/** Signs a user out on all devices. */
exports.signUserOut = async (Username) => {
  await send(AdminUserGlobalSignOutCommand, { Username });
  return { message: `Signed out ${Username} from all devices` };
};
