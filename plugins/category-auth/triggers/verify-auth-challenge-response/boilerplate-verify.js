// Compares the user's answer with the one that `boilerplate-create-challenge` has kept.

exports.handler = async (event) => {
  const { kind = 'boilerplate', answer } = event.request.privateChallengeParameters || {};
  if (kind === 'boilerplate') {
    event.response.answerCorrect = Boolean(answer) && event.request.challengeAnswer === answer;
  }
  return event;
};
