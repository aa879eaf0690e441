/**
 * Is started with the latest records of the stream.
 * @type {import('@types/aws-lambda').KinesisStreamHandler}
 */
exports.handler = async (event) => {
  for (const record of event.Records) {
    const text = Buffer.from(record.kinesis.data, "base64").toString();
    console.log(`${record.kinesis.partitionKey}: ${text}`);
  }
};
