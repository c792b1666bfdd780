// Bundles page.js with all it needs into ../page.js.gz and ../page.css.gz, and
// writes ../NOTICE with the licences of what is in them. Needs `npm ci`.
import { build } from 'esbuild';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

// GraphiQL's style sheet carries its fonts in it, 300 kB of them. The page
// does with the fonts of the reader's system.
const withoutFonts = {
  name: 'without-fonts',
  setup(b) {
    b.onLoad({ filter: /\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/@font-face\s*\{[^}]*\}/g, ''),
      loader: 'css',
    }));
  },
};

const result = await build({
  entryPoints: ['page.js'],
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'none', // NOTICE has them
  metafile: true,
  outdir: 'out',
  write: false,
  plugins: [withoutFonts],
});

for (const file of result.outputFiles) {
  const name = file.path.endsWith('.css') ? 'page.css' : 'page.js';
  const packed = gzipSync(file.contents, { level: 9 });
  packed[9] = 255; // the byte that names the operating system
  writeFileSync(`../${name}.gz`, packed);
  console.log(name, file.contents.length, '->', packed.length);
}

// Licences, packages with the same text together.
const packages = new Set();
for (const output of Object.values(result.metafile.outputs)) {
  for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
    const at = input.lastIndexOf('node_modules/');
    if (at < 0 || bytesInOutput === 0) continue;
    const parts = input.slice(at + 'node_modules/'.length).split('/');
    const name = parts[0].startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
    packages.add(input.slice(0, at) + 'node_modules/' + name);
  }
}
const byText = new Map();
for (const dir of [...packages].sort()) {
  const { name, version, license, author } = JSON.parse(readFileSync(`${dir}/package.json`, 'utf8'));
  const file = readdirSync(dir).find((f) => /^licen[cs]e/i.test(f));
  const who = typeof author === 'object' ? author?.name : author;
  const text = file
    ? readFileSync(`${dir}/${file}`, 'utf8').trim()
    : `Licensed under ${license}${who ? `, by ${who}` : ''}.`;
  const key = text.replace(/\s+/g, ' ');
  if (!byText.has(key)) byText.set(key, { text, names: [] });
  byText.get(key).names.push(`${name} ${version} (${license})`);
}
let notice = 'page.js.gz and page.css.gz are built from the following packages.\n';
for (const { text, names } of byText.values()) {
  notice += `\n${'-'.repeat(72)}\n${names.join('\n')}\n\n${text.replace(/\r/g, '').replace(/[ \t]+$/gm, '')}\n`;
}
writeFileSync('../NOTICE', notice);
if (!existsSync('../page.css.gz')) throw new Error('no style sheet was built');
