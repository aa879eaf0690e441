/**
 * Is started with the latest changes of the table.
 * @type {import('@types/aws-lambda').DynamoDBStreamHandler}
 */
exports.handler = async (event) => {
  for (const record of event.Records) {
    console.log(`${record.eventName}: ${JSON.stringify(record.dynamodb)}`);
  }
};
