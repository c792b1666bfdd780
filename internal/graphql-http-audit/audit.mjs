// Runs the server audits of the npm package graphql-http, which are the
// requirements of GraphQL over HTTP, against a weft that it starts, or against
// --url. Every audit has to pass: MUST, SHOULD and MAY. See README.md.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { serverAudits } from "graphql-http";

const { values: options } = parseArgs({
  options: {
    weft: { type: "string", default: "weft" },
    url: { type: "string" },
    verbose: { type: "boolean", short: "v", default: false },
  },
});

const here = dirname(fileURLToPath(import.meta.url));

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// start runs weft as weft.yaml says. The audits ask for what no subgraph is
// asked for.
async function start() {
  const port = await freePort();
  // Nothing listens there, and nobody asks it.
  const subgraph = `audit=${join(here, "subgraph.graphql")}@http://127.0.0.1:9/graphql`;
  const child = spawn(options.weft, ["serve", "-c", join(here, "weft.yaml"), "--subgraph", subgraph, "--listen", `127.0.0.1:${port}`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (text) => (log += text));
  const failed = new Promise((_, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`weft ended with ${code}:\n${log}`)));
  });
  failed.catch(() => {});
  for (let i = 0; i < 100; i++) {
    const pause = new Promise((resolve) => setTimeout(resolve, 100));
    await Promise.race([pause, failed]);
    const up = await fetch(`http://127.0.0.1:${port}/health/ready`).then((r) => r.ok, () => false);
    if (up) return { child, url: `http://127.0.0.1:${port}/graphql` };
  }
  child.kill();
  throw new Error(`weft is not ready:\n${log}`);
}

// Requests that a browser would send for the page of another origin without
// asking it are refused by default, and a GET of the audits is one, so it says
// that it is none.
function audited(url, init = {}) {
  const headers = new Headers(init.headers);
  if ((init.method ?? "GET") === "GET") headers.set("weft-require-preflight", "audit");
  return fetch(url, { ...init, headers });
}

async function audit(url) {
  const failed = [];
  const audits = serverAudits({ url, fetchFn: audited });
  for (const a of audits) {
    const result = await a.fn();
    const passed = result.status === "ok";
    if (!passed) failed.push(a);
    if (!passed || options.verbose) {
      console.log(`${result.status.padEnd(6)} ${a.id} ${a.name}${passed ? "" : `: ${result.reason}`}`);
    }
    // Answers are read, so that their connections can be used again.
    await result.response?.arrayBuffer().catch(() => {});
  }
  console.log(`${audits.length - failed.length} of ${audits.length} audits pass`);
  return audits.length > 0 && failed.length === 0;
}

const server = options.url ? { url: options.url } : await start();
let ok = false;
try {
  ok = await audit(server.url);
} finally {
  server.child?.removeAllListeners("exit");
  server.child?.kill();
}
process.exit(ok ? 0 : 1);
