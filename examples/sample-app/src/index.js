import config from "./aws-exports.js";
import { describe } from "./backend.js";

const list = document.querySelector("#backend");
for (const [word, fact] of describe(config)) {
  const term = document.createElement("dt");
  const value = document.createElement("dd");
  term.textContent = word;
  value.textContent = fact;
  list.append(term, value);
}
