const { answer } = require("./app");

/**
 * Answers the requests that API Gateway passes on (Lambda proxy integration).
 * @type {import('@types/aws-lambda').APIGatewayProxyHandler}
 */
exports.handler = async (event) => {
  console.log(`${event.httpMethod} ${event.path}`);
  return answer(event);
};
