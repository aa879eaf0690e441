// Sends a link instead of a code. It leads to a page in a bucket, which confirms the user and goes on to the address of
// the variable REDIRECTURL.
//
// The page lies beside this file, in `page`, and is put into the bucket by the first message after each deployment. It
// takes the address to go on to from a file of its own, so that a link with another address leads nowhere else.

const fs = require('fs');
const path = require('path');
const { S3Client, PutObjectCommand } = require('@aws-sdk/client-s3');

const { EMAILMESSAGE, EMAILSUBJECT, ENV, REDIRECTURL, REGION, VERIFICATIONBUCKET } = process.env;
const TYPES = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript' };

const bucket = ENV === 'NONE' ? VERIFICATIONBUCKET : `${VERIFICATIONBUCKET}-${ENV}`;
const host = `s3.${REGION}.amazonaws.com${REGION.startsWith('cn-') ? '.cn' : ''}`;

const s3 = new S3Client({});
let published;

async function publish() {
  const folder = path.join(__dirname, 'page');
  const put = (name, content) =>
    s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: name,
        Body: content,
        ContentType: `${TYPES[path.extname(name)] || 'text/plain'}; charset=utf-8`,
        CacheControl: 'no-cache',
      }),
    );
  const files = fs.readdirSync(folder).map((name) => put(name, fs.readFileSync(path.join(folder, name))));
  const settings = { redirectUrl: REDIRECTURL, region: REGION };
  await Promise.all([...files, put('settings.js', `const settings = ${JSON.stringify(settings)};\n`)]);
}

exports.handler = async (event) => {
  if (!['CustomMessage_SignUp', 'CustomMessage_ResendCode'].includes(event.triggerSource)) {
    return event;
  }
  published = published || publish();
  try {
    await published;
  } catch (error) {
    published = undefined;
    throw error;
  }
  const user = encodeURIComponent(event.userName);
  const client = encodeURIComponent(event.callerContext.clientId);
  // Cognito replaces the parameter by the code, so it stands as it is.
  const link = `https://${bucket}.${host}/index.html?client=${client}&user=${user}&code=${event.request.codeParameter}`;
  event.response.emailSubject = EMAILSUBJECT;
  event.response.emailMessage = `${EMAILMESSAGE}\n${link}`;
  return event;
};
