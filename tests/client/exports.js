'use strict';
// Does steps with Auth of Amplify JS, version 5, configured by nothing but the app's aws-exports.js, and prints what came of each.
// node exports.js src/aws-exports.js '[{"do": "signIn", "name": "ann", "password": "..."}]'

const fs = require('fs');

// Its log goes where errors go: standard output is the answer.
console.log = console.warn = console.error;
const { Auth } = require('amplify-auth-5');

const [file, steps] = process.argv.slice(2);
const [, document] = fs.readFileSync(file, 'utf8').match(/const awsmobile = (\{[^]*?\n\});?\n/);
Auth.configure(JSON.parse(document));

const does = {
  signUp: ({ name, password, email }) => Auth.signUp({ username: name, password, attributes: { email } }),
  confirm: async ({ name, code }) => ({ answer: await Auth.confirmSignUp(name, code) }),
  async signIn({ name, password }) {
    const user = await Auth.signIn(name, password);
    return { user: user.getUsername(), claims: user.getSignInUserSession().getIdToken().decodePayload() };
  },
};

(async () => {
  const results = [];
  for (const step of JSON.parse(steps)) {
    try {
      const { user, claims, answer, userConfirmed } = await does[step.do](step);
      results.push({ user: typeof user === 'string' ? user : undefined, claims, answer, userConfirmed });
    } catch (error) {
      results.push({ error: error.code || error.name, message: error.message });
    }
  }
  process.stdout.write(JSON.stringify(results));
})();
