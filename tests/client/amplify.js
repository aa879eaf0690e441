'use strict';
// Does steps with the unmodified Auth of Amplify JS, one after another, and prints what came of each as JSON.
// node amplify.js '{"endpoint": "http://127.0.0.1:1", "pool": "...", "client": "...", "steps": [{"do": "signIn", ...}]}'

const { Amplify } = require('@aws-amplify/core');
const auth = require('@aws-amplify/auth');
const { cognitoUserPoolsTokenProvider: tokenProvider } = require('@aws-amplify/auth/cognito');

const input = JSON.parse(process.argv[2]);
// It warns of addresses that are not the service's own, on standard output.
console.warn = () => {};
const Cognito = { userPoolId: input.pool, userPoolClientId: input.client, userPoolEndpoint: input.endpoint };
// What the package `aws-amplify` does with its `configure`.
tokenProvider.setAuthConfig({ Cognito });
Amplify.configure({ Auth: { Cognito } }, { Auth: { tokenProvider } });

async function told() {
  const { tokens } = await auth.fetchAuthSession({ forceRefresh: true });
  const { payload } = tokens.idToken;
  return {
    user: (await auth.getCurrentUser()).username,
    groups: payload['cognito:groups'] || [],
    accessGroups: tokens.accessToken.payload['cognito:groups'] || [],
    claims: payload,
    access: tokens.accessToken.toString(),
    id: tokens.idToken.toString(),
  };
}

const steps = {
  signUp: ({ name, password, email }) =>
    auth.signUp({ username: name, password, options: { userAttributes: { email } } }),
  confirm: ({ name, code }) => auth.confirmSignUp({ username: name, confirmationCode: code }),
  // With SRP, which is what the library does by itself; the tokens are renewed once.
  async signIn({ name, password }) {
    const { nextStep } = await auth.signIn({ username: name, password });
    return nextStep.signInStep === 'DONE' ? told() : nextStep;
  },
  // The password first, then the app's own challenge.
  async challenge({ name, password, answer }) {
    const asked = await auth.signIn({ username: name, password, options: { authFlowType: 'CUSTOM_WITH_SRP' } });
    const { nextStep } = await auth.confirmSignIn({ challengeResponse: answer });
    return { asked: asked.nextStep, ...(nextStep.signInStep === 'DONE' ? await told() : { nextStep }) };
  },
  signOut: () => auth.signOut(),
};

(async () => {
  const results = [];
  for (const step of input.steps) {
    try {
      results.push((await steps[step.do](step)) || {});
    } catch (error) {
      results.push({ error: error.name, message: error.message });
    }
  }
  process.stdout.write(JSON.stringify(results));
})();
