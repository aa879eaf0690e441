// Runs every module that the variable MODULES names, one after another. Each gets what the one before has made of the
// event. A module exports `handler`: an async function, a function with a callback, or one that calls context.done.

const names = (process.env.MODULES || '').split(',').map((name) => name.trim()).filter(Boolean);

function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    const done = (error, answer) => {
      if (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      } else {
        resolve(answer);
      }
    };
    const own = Object.assign(Object.create(context || null), { done, succeed: resolve, fail: (error) => done(error || 'failed') });
    const returned = handler(event, own, done);
    if (returned && typeof returned.then === 'function') {
      returned.then((answer) => answer !== undefined && resolve(answer), reject);
      // A function that is both async and calls back has called back by the time it ends.
      returned.then(() => resolve(event), () => {});
    } else if (returned !== undefined) {
      resolve(returned);
    } else if (handler.length < 2) {
      resolve(event);
    }
  });
}

exports.handler = async (event, context) => {
  let current = event;
  for (const name of names) {
    const { handler } = require(`./${name}`);
    current = (await run(handler, current, context)) || current;
  }
  return current;
};
