/**
 * Answers every event with a greeting.
 * @type {import('@types/aws-lambda').Handler}
 */
exports.handler = async (event) => {
  console.log(`event: ${JSON.stringify(event)}`);
  return {
    statusCode: 200,
    body: JSON.stringify("Hello from Lambda!"),
  };
};
