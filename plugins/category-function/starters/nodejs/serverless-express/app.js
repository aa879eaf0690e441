const express = require("express");

const app = express();

// Browsers ask other origins first whether they may call them.
app.use((request, response, next) => {
  response.header("Access-Control-Allow-Origin", "*");
  response.header("Access-Control-Allow-Headers", "*");
  response.header("Access-Control-Allow-Methods", "*");
  if (request.method === "OPTIONS") {
    response.sendStatus(200);
    return;
  }
  next();
});

app.use(express.json());

const routes = express.Router();

routes.get(["/", "/{*rest}"], (request, response) => {
  response.json({ success: true, url: request.originalUrl });
});

routes.post(["/", "/{*rest}"], (request, response) => {
  response.json({ success: true, url: request.originalUrl, body: request.body });
});

routes.put(["/", "/{*rest}"], (request, response) => {
  response.json({ success: true, url: request.originalUrl, body: request.body });
});

routes.delete(["/", "/{*rest}"], (request, response) => {
  response.json({ success: true, url: request.originalUrl });
});

app.use("EXPRESS_PATH", routes);

app.use((error, request, response, next) => {
  console.error(error);
  response.status(error.status || 500).json({ error: error.expose ? error.message : "The request could not be answered" });
});

module.exports = app;

// `node app.js` serves it on this machine.
if (require.main === module) {
  app.listen(3000, () => console.log("http://localhost:3000API_PATH"));
}
