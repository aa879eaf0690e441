// A module of your own. What it returns is what Amazon Cognito, or the next module, goes on with; an error that it throws
// stops what the user is doing, with the error's message.

exports.handler = async (event) => {
  // your code here
  return event;
};
