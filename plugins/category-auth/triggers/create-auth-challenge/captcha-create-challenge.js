// Asks the user's app for the answer of a Google reCAPTCHA. `captcha-verify` checks it.

exports.handler = async (event) => {
  // Another module may have asked already.
  const taken = Boolean((event.response.privateChallengeParameters || {}).kind);
  if (event.request.challengeName === 'CUSTOM_CHALLENGE' && !taken) {
    event.response.publicChallengeParameters = { trigger: 'true' };
    event.response.privateChallengeParameters = { kind: 'captcha' };
    event.response.challengeMetadata = 'CAPTCHA_CHALLENGE';
  }
  return event;
};
