// Checks the types and bundles the pages. Runs in <build>/web, where the packages are; sources
// stay where they are. Writes out/: index.html names script and style by the first twelve digits
// of their SHA-256, as served_file.cc does. Also bundles the unit tests for `node --test`.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const source = dirname(fileURLToPath(import.meta.url));
const tests = join(source, '../../tests/web/unit');
const work = process.cwd();
const out = join(work, 'out');
const installed = createRequire(join(work, 'package.json'));
const esbuild = installed('esbuild');

function checkTypes() {
  const config = {
    extends: join(source, 'tsconfig.json'),
    compilerOptions: {
      paths: { '*': [join(work, 'node_modules/*'), join(work, 'node_modules/@types/*')] },
      typeRoots: [join(work, 'node_modules/@types')],
      types: ['node'],
    },
    include: [join(source, '**/*'), join(tests, '**/*')],
  };
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify(config));
  execFileSync(process.execPath, [installed.resolve('typescript/bin/tsc'), '-p', work], { stdio: 'inherit' });
}

const shared = { absWorkingDir: work, nodePaths: [join(work, 'node_modules')], bundle: true, logLevel: 'warning' };

async function bundlePages() {
  await esbuild.build({
    ...shared,
    entryPoints: { chartlog: join(source, 'main.tsx'), report: join(source, 'report.css') },
    outdir: out,
    format: 'iife',
    target: ['es2022'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
  });
}

function nameByDigest(file) {
  const bytes = readFileSync(join(out, file));
  writeFileSync(join(out, `${file}.gz`), gzipSync(bytes, { level: 9 }));
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return file.replace('.', `.${digest}.`);
}

async function bundleTests() {
  const files = readdirSync(tests).filter((name) => name.endsWith('.test.ts'));
  await esbuild.build({
    ...shared,
    entryPoints: files.map((name) => join(tests, name)),
    outdir: join(work, 'tests'),
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  });
}

mkdirSync(out, { recursive: true });
checkTypes();
await bundlePages();
await bundleTests();
const page = readFileSync(join(source, 'index.html'), 'utf8')
  .replace('chartlog.js', nameByDigest('chartlog.js'))
  .replace('chartlog.css', nameByDigest('chartlog.css'));
writeFileSync(join(out, 'index.html'), page);
