// A challenge with one fixed answer, for everybody: a beginning to build on, not for production. Put here what makes the
// answer, and the sending of it if the user has to get it somewhere. `boilerplate-verify` compares.

exports.handler = async (event) => {
  // Another module may have asked already.
  const taken = Boolean((event.response.privateChallengeParameters || {}).kind);
  if (event.request.challengeName === 'CUSTOM_CHALLENGE' && !taken) {
    event.response.publicChallengeParameters = { trigger: 'true' };
    event.response.privateChallengeParameters = { kind: 'boilerplate', answer: process.env.CHALLENGEANSWER };
  }
  return event;
};
