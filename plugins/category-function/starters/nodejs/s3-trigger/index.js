/**
 * Is started for every object that is written to or deleted from the bucket.
 * @type {import('@types/aws-lambda').S3Handler}
 */
exports.handler = async (event) => {
  for (const record of event.Records) {
    const bucket = record.s3.bucket.name;
    const key = decodeURIComponent(record.s3.object.key.replace(/\+/g, " "));
    console.log(`${record.eventName}: ${key} in ${bucket}`);
  }
};
