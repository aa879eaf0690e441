// Serves a folder on loopback: node tools/serve.mjs FOLDER [PORT]
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";

const types = { ".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".json": "application/json" };
const [folder = "src", port = "0"] = process.argv.slice(2);
const root = resolve(folder);

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  let file = join(root, normalize(decodeURIComponent(pathname)));
  if (existsSync(file) && statSync(file).isDirectory()) {
    file = join(file, "index.html");
  }
  if (!(file + sep).startsWith(root + sep) || !existsSync(file)) {
    response.writeHead(404).end("not found\n");
    return;
  }
  response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" });
  createReadStream(file).pipe(response);
});
server.listen(Number(port), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
