/** Licence texts lie beside every bundle, for exactly the packages whose code is in it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { licenseTexts } from '../../worker/build/licenses.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = `${ROOT}dist/page`;

suite('licence texts', () => {
  before(() => {
    execFileSync('node', ['worker/build/build.ts'], { cwd: ROOT });
  });

  test('beside the page’s bundles are those of all packages in their source maps', () => {
    const packages = new Set<string>();
    for (const file of scripts()) {
      const { sources } = JSON.parse(readFileSync(`${PAGE}/${file}.map`, 'utf8')) as {
        sources: string[];
      };
      for (const name of packagesOf(sources)) packages.add(name);
    }
    assert.ok(packages.has('lit-html') && packages.has('idb-keyval'), [...packages].join());
    assertHolds(`${PAGE}/s3-upload.licenses.txt`, packages);
  });

  test('are named at the top of each bundle with code of others', () => {
    for (const file of scripts()) {
      const code = readFileSync(`${PAGE}/${file}`, 'utf8');
      const { sources } = JSON.parse(readFileSync(`${PAGE}/${file}.map`, 'utf8')) as {
        sources: string[];
      };
      const isNamed = code.slice(0, 200).includes('s3-upload.licenses.txt');
      assert.equal(isNamed, packagesOf(sources).size > 0, file);
    }
  });

  test('of the Worker are those of all packages in the bundle that wrangler deploys', () => {
    const dir = mkdtempSync(join(tmpdir(), 's3-upload-licenses-'));
    try {
      execFileSync(
        'wrangler',
        ['deploy', '--dry-run', '--env=', '--minify', '--metafile', '--outdir', dir],
        {
          cwd: ROOT,
          stdio: ['ignore', 'ignore', 'inherit'],
          env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
        },
      );
      const { outputs } = JSON.parse(readFileSync(join(dir, 'bundle-meta.json'), 'utf8')) as {
        outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }>;
      };
      const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
      const packages = packagesOf(
        inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
      );
      assert.ok(packages.has('hono') && packages.has('valibot'), [...packages].join());
      assertHolds(`${ROOT}dist/worker.licenses.txt`, packages);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  test('stop the build where a bundled package ships none', async () => {
    const dir = await mkdtemp(join(tmpdir(), 's3-upload-licenses-'));
    try {
      const folder = join(dir, 'node_modules/@scope/bare');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'package.json'), '{"name": "@scope/bare", "version": "1.2.3"}');
      await assert.rejects(
        licenseTexts('a bundle', [join(folder, 'index.js')]),
        /@scope\/bare 1\.2\.3 is bundled, but its package holds no licence text/,
      );
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});

/** The page's bundles, those of the languages among them. */
function scripts(): readonly string[] {
  const files = readdirSync(PAGE, { recursive: true }).map(String);
  const found = files.filter((file) => file.endsWith('.js'));
  assert.ok(found.length > 5, found.join());
  return found;
}

/** Names of the packages that these paths lead into. */
function packagesOf(paths: readonly string[]): Set<string> {
  return new Set(
    paths.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  );
}

/** That the file holds each package's own licence text, and names no other package. */
function assertHolds(file: string, packages: ReadonlySet<string>): void {
  const text = readFileSync(file, 'utf8');
  const named = [...text.matchAll(/^(\S+) \d+\.\d+\.\d+\S* \(.+\)$/gm)].map(([, name]) => name);
  assert.deepEqual(named.sort(), [...packages].sort());
  for (const name of packages) {
    const folder = `${ROOT}node_modules/${name}`;
    const license = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    assert.ok(license, name);
    assert.ok(text.includes(readFileSync(`${folder}/${license}`, 'utf8').trim()), name);
  }
}
