const serverless = require("serverless-http");
const app = require("./app");

const answer = serverless(app, {
  // The routes find the event and Lambda's context as `req.apiGateway`.
  request(request, event, context) {
    request.apiGateway = { event, context };
  },
});

/**
 * Answers the requests that API Gateway passes on (Lambda proxy integration).
 * @type {import('@types/aws-lambda').APIGatewayProxyHandler}
 */
exports.handler = async (event, context) => {
  console.log(`${event.httpMethod} ${event.path}`);
  return answer(event, context);
};
