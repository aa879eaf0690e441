'use strict';
// Has the original make the template of the groups, which it does before a push: node groups.js <package of the original> <project>

const fs = require('fs');
const path = require('path');

const [original, project] = process.argv.slice(2);
const ejs = require(require.resolve('ejs', { paths: [original] }));
const { transformUserPoolGroupSchema } = require(
  require.resolve('amplify-category-auth/utils/transform-user-pool-group', { paths: [original] }),
);
const backend = path.join(project, 'amplify', 'backend');
const read = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));
const { auth } = read(path.join(backend, 'backend-config.json'));

transformUserPoolGroupSchema({
  amplify: {
    pathManager: { getBackendDirPath: () => backend },
    getResourceStatus: async () => ({
      allResources: Object.entries(auth).map(([resourceName, entry]) => ({ ...entry, resourceName })),
    }),
    readJsonFile: read,
    copyBatch: async (_, jobs, props) => {
      for (const { dir, template, target } of jobs) {
        fs.writeFileSync(target, ejs.render(fs.readFileSync(path.join(dir, template), 'utf8'), { props }));
      }
    },
  },
}).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
