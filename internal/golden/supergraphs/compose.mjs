#!/usr/bin/env node
// Fills the supergraph.graphql section of golden cases from their
// subgraphs/*.graphql sections, with the reference composer. See README.md.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const { values: opt, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    modules: { type: "string", default: process.env.COMPOSER_MODULES ?? "" },
    check: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (opt.help || !opt.modules) {
  console.log(`usage: compose.mjs --modules DIR [--check] [CASE.txtar ...]
  --modules DIR  the folder that holds node_modules with @apollo/composition and graphql
                 (or set COMPOSER_MODULES)
  --check        write nothing; exit 1 if a section is missing or out of date
  CASE.txtar     only these; all of ../testdata otherwise`);
  process.exit(opt.help ? 0 : 2);
}
const require = createRequire(join(resolve(opt.modules), "index.js"));
const { composeServices } = require("@apollo/composition");
const { parse } = require("graphql");

// Sections of a txtar archive in order; comment is what stands before the first.
function readArchive(text) {
  const archive = { comment: "", sections: [] };
  let current;
  for (const line of text.split(/(?<=\n)/)) {
    const marker = /^-- (.+) --\n?$/.exec(line);
    if (marker) archive.sections.push((current = { name: marker[1].trim(), text: "" }));
    else if (current) current.text += line;
    else archive.comment += line;
  }
  return archive;
}

const writeArchive = ({ comment, sections }) =>
  comment + sections.map((s) => `-- ${s.name} --\n${s.text}`).join("");

function compose(sections) {
  const services = sections
    .map((s) => ({ match: /^subgraphs\/(.+)\.graphql$/.exec(s.name), text: s.text }))
    .filter((s) => s.match)
    .map((s) => ({ name: s.match[1], url: `http://${s.match[1]}/graphql`, typeDefs: parse(s.text) }));
  const { supergraphSdl, errors } = composeServices(services);
  if (errors?.length) throw new Error(errors.map((e) => e.message).join("\n"));
  return supergraphSdl.trimEnd() + "\n";
}

const testdata = join(here, "..", "testdata");
const files = positionals.length
  ? positionals.map((p) => (existsSync(p) ? p : join(testdata, p)))
  : readdirSync(testdata).filter((f) => f.endsWith(".txtar")).sort().map((f) => join(testdata, f));

let bad = 0;
let changed = 0;
for (const file of files) {
  const before = readFileSync(file, "utf8");
  const archive = readArchive(before);
  const old = archive.sections.find((s) => s.name === "supergraph.graphql");
  // A supergraph that no composer makes from these subgraphs says so itself.
  if (old?.text.startsWith("# by hand")) continue;
  let text;
  try {
    text = compose(archive.sections);
  } catch (e) {
    bad++;
    console.error(`${file}:\n  ${e.message.replaceAll("\n", "\n  ")}`);
    continue;
  }
  // Last, since it is the longest and the least interesting to a reader.
  archive.sections = archive.sections.filter((s) => s !== old);
  archive.sections.push({ name: "supergraph.graphql", text });
  const after = writeArchive(archive);
  if (after === before) continue;
  changed++;
  if (opt.check) console.error(`${file}: supergraph.graphql is missing or out of date`);
  else writeFileSync(file, after);
}
console.log(`${files.length} cases, ${changed} ${opt.check ? "out of date" : "written"}, ${bad} do not compose`);
process.exit(bad || (opt.check && changed) ? 1 : 0);
