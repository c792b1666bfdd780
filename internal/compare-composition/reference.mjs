// Composes with the reference composer, for comparison with weft.
//
// Standard input: JSON [{name, subgraphs: [{name, url, sdl}]}].
// Standard output: JSON [{name, sdl, errors: [{code, message}], hints: [...]}].
//
// Run in a directory where @apollo/composition and graphql are installed, see
// README.md.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const require = createRequire(join(process.cwd(), 'noop.js'));
const { composeServices } = require('@apollo/composition');
const { parse } = require('graphql');

const compose = ({ name, subgraphs }) => {
  const out = { name, sdl: '', errors: [], hints: [] };
  let services;
  try {
    services = subgraphs.map((s) => ({ name: s.name, url: s.url ?? '', typeDefs: parse(s.sdl) }));
  } catch (e) {
    out.errors.push({ code: 'INVALID_GRAPHQL', message: String(e.message) });
    return out;
  }
  try {
    const result = composeServices(services);
    for (const e of result.errors ?? []) {
      out.errors.push({ code: e.extensions?.code ?? 'NONE', message: e.message });
    }
    for (const h of result.hints ?? []) {
      out.hints.push({ code: h.definition.code, message: h.message });
    }
    if (!result.errors) {
      out.sdl = result.supergraphSdl;
    }
  } catch (e) {
    out.errors.push({ code: 'THROWN', message: String(e.message ?? e) });
  }
  return out;
};

const cases = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(cases.map(compose)));
