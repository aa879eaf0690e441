// Takes requests from API Gateway and hands them to the routes of app.js.

const { answer } = require('./app');

const HEADERS = {
  'Access-Control-Allow-Headers': 'Origin, X-Requested-With, Content-Type, Accept',
  'Access-Control-Allow-Origin': '*',
  'Content-Type': 'application/json',
};

exports.handler = async (event) => {
  let statusCode = 200;
  let body;
  try {
    body = await answer(event);
  } catch (error) {
    // What Amazon Cognito refuses has the status that it says.
    statusCode = error.statusCode || (error.$metadata && error.$metadata.httpStatusCode) || 500;
    body = { message: error.message };
    console.error(`${event.httpMethod} ${event.path}: ${error.message}`);
  }
  return { statusCode, headers: HEADERS, body: JSON.stringify(body) };
};
