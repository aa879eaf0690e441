// Decides what comes next when a user signs in: first the password, then one challenge of your own. Only a user who
// passes both gets tokens.

const STEPS = ['SRP_A', 'PASSWORD_VERIFIER', 'CUSTOM_CHALLENGE'];

exports.handler = async (event) => {
  const { session, userNotFound } = event.request;
  const inOrder = session.every(({ challengeName, challengeResult }, step) => challengeName === STEPS[step] && challengeResult === true);
  const failed = Boolean(userNotFound) || session.length === 0 || !inOrder;
  const finished = session.length === STEPS.length;
  event.response.issueTokens = !failed && finished;
  event.response.failAuthentication = failed;
  if (!failed && !finished) {
    event.response.challengeName = STEPS[session.length];
  }
  return event;
};
