// What the app needs to know of its backend, taken from the configuration that `amplify` writes.

/** The bucket, the tables and the region, each with a word for the reader. */
export function describe(config) {
  const tables = config.aws_dynamodb_table_schemas ?? [];
  const facts = [["Region", config.aws_project_region]];
  if (config.aws_user_files_s3_bucket) {
    facts.push(["Photos are kept in", config.aws_user_files_s3_bucket]);
  }
  for (const table of tables) {
    facts.push(["Notes are kept in", table.tableName]);
  }
  return facts;
}
