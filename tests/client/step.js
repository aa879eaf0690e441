'use strict';
// Does one step with the unmodified client library of user pools, and prints what came of it as JSON.
// node step.js '{"step": "signIn", "endpoint": "http://127.0.0.1:1", "pool": "...", "client": "...", "name": "ann", ...}'

const crypto = require('crypto');
const {
  AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool,
} = require('amazon-cognito-identity-js');

const input = JSON.parse(process.argv[2]);
const { endpoint, name } = input;
const pool = new CognitoUserPool({ UserPoolId: input.pool, ClientId: input.client, endpoint });
const user = new CognitoUser({ Username: name, Pool: pool });
const call = (start) =>
  new Promise((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(result))));

// Whoever gets a token checks it with the pool's public keys.
async function verified(token) {
  const { keys } = await (await fetch(`${endpoint}/${input.pool}/.well-known/jwks.json`)).json();
  const [head, body, signature] = token.split('.');
  const { kid, alg } = JSON.parse(Buffer.from(head, 'base64url'));
  const jwk = keys.find((key) => key.kid === kid);
  const key = crypto.createPublicKey({ key: jwk, format: 'jwk' });
  const right = crypto.verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
  return alg === 'RS256' && right;
}

async function told(session) {
  const id = session.getIdToken().decodePayload();
  return {
    user: id['cognito:username'],
    groups: id['cognito:groups'] || [],
    accessGroups: session.getAccessToken().decodePayload()['cognito:groups'] || [],
    role: id['cognito:preferred_role'],
    issuer: id.iss,
    verified: (await verified(session.getIdToken().getJwtToken()))
      && (await verified(session.getAccessToken().getJwtToken())),
    idToken: session.getIdToken().getJwtToken(),
  };
}

const steps = {
  async signUp() {
    const email = new CognitoUserAttribute({ Name: 'email', Value: input.email });
    const result = await call((done) => pool.signUp(name, input.password, [email], null, done));
    return { confirmed: result.userConfirmed, sent: result.codeDeliveryDetails };
  },
  async confirm() {
    return { answer: await call((done) => user.confirmRegistration(input.code, false, done)) };
  },
  // With SRP, which is what the library does by itself; then renewed, then looked at.
  async signIn() {
    const details = new AuthenticationDetails({ Username: name, Password: input.password });
    const session = await new Promise((onSuccess, onFailure) => {
      user.authenticateUser(details, { onSuccess, onFailure });
    });
    const renewed = await call((done) => user.refreshSession(session.getRefreshToken(), done));
    const attributes = await call((done) => user.getUserAttributes(done));
    const result = await told(renewed);
    result.first = await told(session);
    result.email = attributes.find((each) => each.getName() === 'email').getValue();
    await call((done) => user.globalSignOut({ onSuccess: () => done(), onFailure: done }));
    return result;
  },
  async custom() {
    user.setAuthenticationFlowType('CUSTOM_AUTH');
    const details = new AuthenticationDetails({ Username: name });
    const asked = [];
    const session = await new Promise((onSuccess, onFailure) => {
      const callbacks = {
        onSuccess,
        onFailure,
        customChallenge(parameters) {
          asked.push(parameters.question);
          user.sendCustomChallengeAnswer(input.answers.shift(), callbacks);
        },
      };
      user.initiateAuth(details, callbacks);
    });
    return { ...(await told(session)), asked };
  },
};

steps[input.step]()
  .then((result) => process.stdout.write(JSON.stringify(result)))
  .catch((error) => process.stdout.write(JSON.stringify({ error: error.code || error.name, message: error.message })));
