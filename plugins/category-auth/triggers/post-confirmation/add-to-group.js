// Adds a user who has just confirmed the sign-up to the group of the variable GROUP, and makes the group if it is not
// there yet.

const {
  CognitoIdentityProviderClient,
  AdminAddUserToGroupCommand,
  CreateGroupCommand,
  GetGroupCommand,
} = require('@aws-sdk/client-cognito-identity-provider');

const cognito = new CognitoIdentityProviderClient({});

async function ensureGroup(group) {
  try {
    await cognito.send(new GetGroupCommand(group));
  } catch (error) {
    if (error.name !== 'ResourceNotFoundException') {
      throw error;
    }
    try {
      await cognito.send(new CreateGroupCommand(group));
    } catch (race) {
      // Another user's confirmation was faster.
      if (race.name !== 'GroupExistsException') {
        throw race;
      }
    }
  }
}

exports.handler = async (event) => {
  // A changed password is a confirmation too, but no reason to join a group again.
  if (event.triggerSource === 'PostConfirmation_ConfirmSignUp') {
    const group = { GroupName: process.env.GROUP, UserPoolId: event.userPoolId };
    await ensureGroup(group);
    await cognito.send(new AdminAddUserToGroupCommand({ ...group, Username: event.userName }));
  }
  return event;
};
