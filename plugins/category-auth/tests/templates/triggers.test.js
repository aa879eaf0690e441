// Every module of every trigger, with events as Cognito sends them.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const vm = require('node:vm');

const { event, load, named } = require('./support');

const CREATE = 'triggers/create-auth-challenge';
const VERIFY = 'triggers/verify-auth-challenge-response';

test('the password comes first, then the challenge, then the tokens', async () => {
  const { handler } = load('triggers/define-auth-challenge/define.js');
  const passed = (challengeName, challengeResult = true) => ({ challengeName, challengeResult, challengeMetadata: null });
  const next = async (session, more = {}) => {
    const given = event('DefineAuthChallenge');
    given.request = { ...given.request, session, ...more };
    return (await handler(given)).response;
  };
  const srp = [passed('SRP_A')];
  const password = [...srp, passed('PASSWORD_VERIFIER')];
  assert.equal((await next(srp)).challengeName, 'PASSWORD_VERIFIER');
  assert.equal((await next(password)).challengeName, 'CUSTOM_CHALLENGE');
  const done = await next([...password, passed('CUSTOM_CHALLENGE')]);
  assert.deepEqual([done.issueTokens, done.failAuthentication], [true, false]);
  for (const [why, session, more] of [
    ['no password', []],
    ['a challenge without a password', [passed('CUSTOM_CHALLENGE')]],
    ['a wrong password', [...srp, passed('PASSWORD_VERIFIER', false)]],
    ['a wrong answer', [...password, passed('CUSTOM_CHALLENGE', false)]],
    ['another answer after a wrong one', [...password, passed('CUSTOM_CHALLENGE', false), passed('CUSTOM_CHALLENGE')]],
    ['nobody of that name', srp, { userNotFound: true }],
  ]) {
    const refused = await next(session, more);
    assert.deepEqual([refused.issueTokens, refused.failAuthentication], [false, true], why);
  }
});

test('a challenge keeps its answer from the app', async () => {
  const { handler } = load(`${CREATE}/boilerplate-create-challenge.js`, { variables: { CHALLENGEANSWER: '4711' } });
  const { response } = await handler(event('CreateAuthChallenge'));
  assert.equal(response.privateChallengeParameters.answer, '4711');
  assert.doesNotMatch(JSON.stringify(response.publicChallengeParameters), /4711/);
  const captcha = load(`${CREATE}/captcha-create-challenge.js`);
  const asked = await captcha.handler(event('CreateAuthChallenge'));
  assert.equal(asked.response.challengeMetadata, 'CAPTCHA_CHALLENGE');
  const both = await handler(asked);
  assert.equal(both.response.privateChallengeParameters.kind, 'captcha', 'the first one that asks has asked');
});

test('an answer is compared', async () => {
  const { handler } = load(`${VERIFY}/boilerplate-verify.js`);
  const verify = async (challengeAnswer, privateChallengeParameters) => {
    const given = event('VerifyAuthChallengeResponse');
    Object.assign(given.request, { challengeAnswer, privateChallengeParameters });
    return (await handler(given)).response.answerCorrect;
  };
  assert.equal(await verify('4711', { kind: 'boilerplate', answer: '4711' }), true);
  assert.equal(await verify('4712', { kind: 'boilerplate', answer: '4711' }), false);
  assert.equal(await verify(undefined, { kind: 'boilerplate' }), false, 'no answer is no right answer');
  assert.equal(await verify('x', { kind: 'captcha' }), null, 'that one is checked elsewhere');
});

test('a captcha is checked by Google, and the key is in no address', async () => {
  const { handler } = load(`${VERIFY}/captcha-verify.js`, { variables: { RECAPTCHASECRET: 'marker' } });
  const calls = [];
  const verify = async (reply) => {
    globalThis.fetch = async (address, options) => {
      calls.push([address, String(options.body)]);
      if (reply instanceof Error) {
        throw reply;
      }
      return { ok: true, json: async () => reply };
    };
    const given = event('VerifyAuthChallengeResponse');
    Object.assign(given.request, { challengeAnswer: 'from the app', privateChallengeParameters: { kind: 'captcha' } });
    return (await handler(given)).response.answerCorrect;
  };
  assert.equal(await verify({ success: true }), true);
  assert.equal(await verify({ success: false }), false);
  assert.equal(await verify(new Error('no network')), false);
  assert.deepEqual(calls[0], ['https://www.google.com/recaptcha/api/siteverify', 'secret=marker&response=from+the+app']);
});

test('a confirmed user joins the group, which is made if it is not there', async () => {
  const file = 'triggers/post-confirmation/add-to-group.js';
  const variables = { GROUP: 'Members' };
  const present = load(file, { variables });
  await present.handler(event('PostConfirmation'));
  const pool = { GroupName: 'Members', UserPoolId: 'eu-west-1_aBcDeFgHi' };
  assert.deepEqual(present.sent, [['GetGroupCommand', pool], ['AdminAddUserToGroupCommand', { ...pool, Username: 'ann' }]]);
  const absent = load(file, { variables, answers: { GetGroupCommand: named('ResourceNotFoundException') } });
  await absent.handler(event('PostConfirmation'));
  assert.deepEqual(absent.sent.map(([name]) => name), ['GetGroupCommand', 'CreateGroupCommand', 'AdminAddUserToGroupCommand']);
  const race = { GetGroupCommand: named('ResourceNotFoundException'), CreateGroupCommand: named('GroupExistsException') };
  await load(file, { variables, answers: race }).handler(event('PostConfirmation'));
  const denied = load(file, { variables, answers: { GetGroupCommand: named('AccessDeniedException') } });
  await assert.rejects(denied.handler(event('PostConfirmation')), /AccessDenied/);
  const password = load(file, { variables });
  await password.handler({ ...event('PostConfirmation'), triggerSource: 'PostConfirmation_ConfirmForgotPassword' });
  assert.deepEqual(password.sent, []);
});

test('addresses are let in or refused by their domain', async () => {
  const attempt = (handler, email) => {
    const given = event('PreSignup');
    given.request.userAttributes = email === undefined ? { phone_number: '+15550100' } : { email };
    return handler(given);
  };
  const allow = load('triggers/pre-signup/email-filter-whitelist.js', { variables: { DOMAINWHITELIST: 'Example.com, other.example' } });
  await attempt(allow.handler, 'ann@example.com');
  await attempt(allow.handler, 'ann@EXAMPLE.com');
  await attempt(allow.handler, 'ann@other.example');
  for (const email of ['ann@sub.example.com', 'ann@example.com@evil.example', 'ann', '', undefined]) {
    await assert.rejects(attempt(allow.handler, email), /Invalid email domain/, email);
  }
  const deny = load('triggers/pre-signup/email-filter-blacklist.js', { variables: { DOMAINBLACKLIST: 'spam.example' } });
  await attempt(deny.handler, 'ann@example.com');
  await attempt(deny.handler, undefined);
  for (const email of ['ann@spam.example', 'ann@Spam.Example', 'a@b@spam.example']) {
    await assert.rejects(attempt(deny.handler, email), /Invalid email domain/, email);
  }
});

test('claims are overridden and the rest of the response stays', async () => {
  const { handler } = load('triggers/pre-token-generation/alter-claims.js');
  const { response } = await handler(event('PreTokenGeneration'));
  const { claimsToAddOrOverride, claimsToSuppress } = response.claimsOverrideDetails;
  assert.equal(claimsToAddOrOverride.attribute_key1, 'attribute_value1');
  assert.deepEqual(claimsToSuppress, ['attribute_key3']);
});

function linked(changes = {}) {
  return load('triggers/custom-message/verification-link.js', {
    variables: {
      EMAILMESSAGE: 'Click:', EMAILSUBJECT: 'Welcome', ENV: 'dev', REDIRECTURL: 'https://shop.example/',
      REGION: 'eu-west-1', VERIFICATIONBUCKET: 'shop01234567verification89abcdef', ...changes,
    },
  });
}

test('a message has a link to the page, which is put into the bucket once', async () => {
  const { handler, sent } = linked();
  const first = await handler({ ...event('CustomMessage'), userName: 'ann+1 & co' });
  await handler({ ...event('CustomMessage'), triggerSource: 'CustomMessage_ResendCode' });
  const [text, link] = first.response.emailMessage.split('\n');
  assert.deepEqual([text, first.response.emailSubject], ['Click:', 'Welcome']);
  assert.match(link, /code=\{####\}$/, 'Cognito finds the place of the code');
  const address = new URL(link);
  assert.equal(address.host, 'shop01234567verification89abcdef-dev.s3.eu-west-1.amazonaws.com');
  assert.equal(address.searchParams.get('user'), 'ann+1 & co');
  assert.deepEqual(sent.map(([, input]) => input.Key).sort(), ['index.html', 'settings.js', 'style.css', 'verify.js']);
  const page = sent.find(([, input]) => input.Key === 'index.html')[1];
  assert.equal(page.ContentType, 'text/html; charset=utf-8');
  const other = { ...event('CustomMessage'), triggerSource: 'CustomMessage_ForgotPassword' };
  assert.equal((await handler(other)).response.emailMessage, null);
  const china = await linked({ REGION: 'cn-north-1', ENV: 'NONE' }).handler(event('CustomMessage'));
  assert.match(china.response.emailMessage, /shop01234567verification89abcdef\.s3\.cn-north-1\.amazonaws\.com\.cn\//);
});

test('a page that could not be put there is tried again', async () => {
  let tries = 0;
  const { handler } = load('triggers/custom-message/verification-link.js', {
    variables: { ENV: 'dev', REGION: 'eu-west-1', RESOURCENAME: 'shopCustomMessage' },
    answers: { PutObjectCommand: () => (++tries === 1 ? named('SlowDown', 503) : {}) },
  });
  await assert.rejects(handler(event('CustomMessage')), /SlowDown/);
  await handler(event('CustomMessage'));
});

test('the page confirms the user and goes on to its own address only', async () => {
  const source = fs.readFileSync(path.join(__dirname, '../../triggers/custom-message/page/verify.js'), 'utf8');
  const visit = async (search, reply) => {
    const seen = { elements: {} };
    const replaced = new Promise((resolve) => {
      const element = (id) => (seen.elements[id] ||= { set textContent(text) { resolve(`message: ${text}`); } });
      vm.runInNewContext(source, {
        URL, URLSearchParams, JSON,
        settings: { redirectUrl: 'https://shop.example/?from=mail', region: 'eu-west-1' },
        window: { location: { search, replace: resolve } },
        document: { getElementById: element },
        fetch: async (address, options) => {
          Object.assign(seen, { address, body: JSON.parse(options.body), target: options.headers['X-Amz-Target'] });
          return reply;
        },
      });
    });
    return { ...seen, went: await replaced };
  };
  const search = '?client=c1&user=ann%2B1&code=123456&redirectUrl=https://evil.example/';
  const done = await visit(search, { ok: true });
  assert.equal(done.went, 'https://shop.example/?from=mail&username=ann%2B1');
  assert.equal(done.address, 'https://cognito-idp.eu-west-1.amazonaws.com/');
  assert.deepEqual(done.body, { ClientId: 'c1', ConfirmationCode: '123456', Username: 'ann+1' });
  const twice = { ok: false, json: async () => ({ message: 'User cannot be confirmed. Current status is CONFIRMED' }) };
  assert.match((await visit(search, twice)).went, /^https:\/\/shop\.example/);
  const wrong = { ok: false, json: async () => ({ message: 'Invalid verification code' }) };
  assert.equal((await visit(search, wrong)).went, 'message: Invalid verification code');
});

test('the index runs every module, whatever its style, with what the one before has made', async (context) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'modules-'));
  context.after(() => fs.rmSync(folder, { recursive: true }));
  fs.copyFileSync(path.join(__dirname, '../../triggers/index.js'), path.join(folder, 'index.js'));
  const modules = {
    modern: "exports.handler = async (event) => ({ ...event, seen: [...event.seen, 'modern'] });",
    callback: "exports.handler = (event, context, callback) => { event.seen.push('callback'); setTimeout(() => callback(null, event)); };",
    both: "exports.handler = async (event, context, callback) => { event.seen.push('both'); callback(null, event); };",
    done: "exports.handler = (event, context) => { event.seen.push(context.getRemainingTimeInMillis()); context.done(null, event); };",
    plain: "exports.handler = (event) => { event.seen.push('plain'); };",
    refusing: "exports.handler = (event, context, callback) => callback('not today');",
  };
  for (const [name, source] of Object.entries(modules)) {
    fs.writeFileSync(path.join(folder, `${name}.js`), source);
  }
  const run = (names) => {
    process.env.MODULES = names;
    delete require.cache[path.join(folder, 'index.js')];
    return require(path.join(folder, 'index.js')).handler({ seen: [] }, { getRemainingTimeInMillis: () => 7 });
  };
  assert.deepEqual((await run('modern, callback,both,done,plain')).seen, ['modern', 'callback', 'both', 7, 'plain']);
  await assert.rejects(run('modern,refusing,plain'), /not today/);
  await assert.rejects(run('missing'), /missing/);
});

test('a module of your own changes nothing before it is written', async () => {
  const { handler } = load('triggers/custom.js');
  assert.deepEqual(await handler(event('PreAuthentication')), event('PreAuthentication'));
});
