/** The code of all pages that needs no browser: it compiles, runs, and names what exists. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { verify } from 'hono/jwt';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { ruleFor } from '../../worker/cli/cors/rules.ts';
import { projectFiles } from '../../worker/cli/init/files.ts';
import { optionsFrom } from '../../worker/config.ts';
import { SETTINGS } from '../../worker/config/settings.ts';
import { NODE_SETTINGS } from '../../worker/node/settings.ts';
import { en } from '../../widget/i18n/en.ts';
import { ALIAS, bundled } from './bundled.ts';
import { PAGES, placeOf, snippets } from './snippets.ts';
import { pageText, renewed, TABLES } from './tables.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What code may name without importing it, by where it runs. */
const GLOBALS = {
  page: { types: [], lib: ['DOM', 'DOM.Iterable'] },
  worker: { types: ['@cloudflare/workers-types'], lib: [] },
  server: { types: ['node'], lib: ['DOM', 'DOM.Iterable'] },
} as const;

/** What `wrangler types` writes of the docs's Worker. */
const ENV_TYPES = `declare namespace Cloudflare {
  interface Env {
    UPLOADS: KVNamespace;
    KEY: string;
    SECRET: string;
    TOKEN_SECRET: string;
    JWT_SECRET: string;
  }
}`;

/** A Worker whose options are all settings, which the docs name in passing. */
const BY_SETTINGS = `import { env } from 'cloudflare:workers';
import { createSigner, optionsFrom } from 's3-upload-element/worker';
export default createSigner(optionsFrom(env));
`;

for (const page of Object.keys(TABLES)) {
  test(`the tables of ${page} are those of the code (npm run docs writes them)`, () => {
    assert.equal(pageText(page), renewed(page));
  });
}

test('the TypeScript of the docs passes the compiler', async () => {
  await mkdir(join(ROOT, 'dist'), { recursive: true });
  const dir = await mkdtemp(join(ROOT, 'dist/docs-'));
  try {
    await writeFile(join(dir, 'env.d.ts'), ENV_TYPES);
    const own = snippets('ts').filter(({ name }) => !name.startsWith('examples/'));
    assert.ok(own.length >= 6, `${own.length}`);
    const files = [...own, { code: BY_SETTINGS, page: 'worker/exports.ts', line: 1 }];
    // One project for each kind of globals, so that the compiler runs three times and not for each.
    for (const kind of Object.keys(GLOBALS) as (keyof typeof GLOBALS)[]) {
      const ofKind = files.filter(({ code }) => kindOf(code) === kind);
      const names = ofKind.map(
        ({ page, line }) => `${kind}-${page.replaceAll(/\W/g, '-')}-${line}.ts`,
      );
      for (const [index, { code }] of ofKind.entries()) {
        // A file without imports would share its names with all others.
        await writeFile(join(dir, names[index] ?? ''), `${code}\nexport {};\n`);
      }
      const { types, lib } = GLOBALS[kind];
      const config = {
        extends: '../../tsconfig.json',
        compilerOptions: {
          lib: ['ES2023', 'ESNext.Intl', ...lib],
          types,
          paths: Object.fromEntries(Object.entries(ALIAS).map(([from, to]) => [from, [to]])),
        },
        files: [...names, ...(kind === 'worker' ? ['env.d.ts'] : [])],
      };
      await writeFile(join(dir, `${kind}.json`), JSON.stringify(config));
      const { status, stdout } = spawnSync('tsc', ['-p', join(dir, `${kind}.json`)], {
        encoding: 'utf8',
      });
      assert.equal(status, 0, stdout);
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test('the signer of the docs answers from an app of one’s own', async () => {
  const [signer] = snippets('ts', 'docs/start/hono.md');
  assert.ok(signer);
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: await bundled(signer.code),
      compatibilityDate: '2026-11-01',
      unsafeTriggerHandlers: true,
      kvNamespaces: ['UPLOADS'],
      bindings: {
        KEY: 'key',
        SECRET: 'secret',
        TOKEN_SECRET: 'token-secret-token-secret-token-secret',
        JWT_SECRET: 'jwt-secret-jwt-secret-jwt-secret-jwt',
      },
    }),
  );
  try {
    const health = await miniflare.dispatchFetch('http://localhost/uploading/health');
    assert.equal(health.status, 200, await health.text());
    const policy = await miniflare.dispatchFetch('http://localhost/uploading/policy');
    assert.equal(policy.status, 401, 'nobody may ask without a token');
    const worker = await miniflare.getWorker();
    const { outcome } = await worker.scheduled({ cron: '*/15 * * * *' });
    assert.equal(outcome, 'ok', 'and what has expired is let go of');
  } finally {
    await miniflare.dispose();
  }
});

/** A snippet of wrangler.toml that has a name is about something else than settings. */
for (const snippet of snippets('toml').filter(({ name }) => name !== 'routes')) {
  test(`${placeOf(snippet)}: the settings are understood`, () => {
    const named = [...snippet.code.matchAll(/^([A-Z]\w+) = "(.*)"$/gm)].map(
      ([, name = '', value = '']) => [name, value] as const,
    );
    assert.ok(named.length > 0);
    const known = new Set<string>(SETTINGS.map(({ name }) => name));
    assert.deepEqual(
      named.map(([name]) => name).filter((name) => !known.has(name)),
      [],
    );
    const options = optionsFrom({
      AUTH: 'jwt',
      S3_ENDPOINT: 'https://ACCOUNT.r2.cloudflarestorage.com',
      S3_BUCKET: 'my-uploads',
      ...Object.fromEntries(named),
      S3_ACCESS_KEY_ID: 'key',
      S3_SECRET_ACCESS_KEY: 'secret',
      TOKEN_SECRET: 'token-secret-token-secret-token-secret',
      JWT_SECRET: 'jwt-secret-jwt-secret-jwt-secret-jwt',
      WEBHOOK_SECRET: `whsec_${'x'.repeat(43)}=`,
      UPLOADS: { get() {}, put() {}, delete() {}, list() {} },
    });
    assert.equal(options.store.bucket, Object.fromEntries(named)['S3_BUCKET'] ?? 'my-uploads');
    const { ALLOWED_ORIGINS: origins } = Object.fromEntries(named);
    if (origins !== undefined) assert.deepEqual(options.origins, origins.split(/, */));
  });
}

for (const snippet of snippets('ini')) {
  test(`${placeOf(snippet)}: names settings that exist`, () => {
    const known = new Set<string>([...SETTINGS, ...NODE_SETTINGS].map(({ name }) => name));
    const named = [...snippet.code.matchAll(/^(\w+)=/gm)].map(([, name = '']) => name);
    assert.ok(named.length > 0);
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
  });
}

test('the CORS rules of the docs are what a part needs', () => {
  const [json] = snippets('json', 'docs/start/cloudflare.md');
  const rules = JSON.parse(json?.code ?? '') as readonly Record<string, string[]>[];
  assert.ok(rules[0]?.['AllowedMethods']?.includes('PUT'));
  assert.ok(rules[0]?.['AllowedMethods']?.includes('POST'), 'small files are form POSTs');
  assert.deepEqual(rules[0]?.['ExposeHeaders'], ['ETag']);
  assert.deepEqual(rules, [ruleFor(['https://app.example.com'])], 'the command adds the same');
});

test('the commands of the docs exist, with their options', () => {
  const text = PAGES.map(pageText).join('\n');
  const commands = [
    ...text.matchAll(
      /(?:npx s3-upload|npm run) (setup|serve|doctor|init)((?:(?: --)? --[^`\n]*)?)/g,
    ),
  ];
  assert.ok(commands.length >= 3);
  const helps = new Map(
    [...new Set(commands.map(([, name = '']) => name))].map((name) => [
      name,
      execFileSync('node', [`${ROOT}worker/cli/main.ts`, name, '--help'], { encoding: 'utf8' }),
    ]),
  );
  for (const [, name = '', options = ''] of commands) {
    const help = helps.get(name) ?? '';
    assert.match(help, new RegExp(`^Usage: s3-upload ${name}`));
    for (const [option] of options.matchAll(/--[a-z][a-z-]*/g)) {
      assert.ok(help.includes(option), option);
    }
  }
});

test('the sentences of the element that the guides quote are those that it shows', () => {
  const shown = Object.values(en).flatMap((text) =>
    typeof text === 'string' ? [text] : Object.values(text),
  );
  const quoted = PAGES.filter((page) => /guides|transforms/.test(page)).flatMap((page) =>
    [...pageText(page).matchAll(/“([A-Z][^”]*)”/g)].map(([, quote = '']) => ({ page, quote })),
  );
  assert.ok(quoted.length >= 3, `${quoted.length}`);
  for (const { page, quote } of quoted) {
    assert.ok(
      shown.some((text) => text.startsWith(quote)),
      `${page}: ${quote}`,
    );
  }
});

test('every npm script and wrangler command of the docs exists', () => {
  const scriptsOf = (manifest: string) =>
    (JSON.parse(manifest) as { readonly scripts: Readonly<Record<string, string>> }).scripts;
  const versions = { 's3-upload-element': '', hono: '', wrangler: '' };
  const project = projectFiles({ name: 'my-uploads', versions });
  // In a clone, and in a project that `s3-upload init` makes.
  const scripts = {
    ...scriptsOf(readFileSync(`${ROOT}package.json`, 'utf8')),
    ...scriptsOf(project['package.json'] ?? ''),
  };
  const named = snippets('sh').flatMap(({ code }) => [
    ...code.matchAll(/npm (?:run (\w+)|(start|test)\b)/g),
  ]);
  assert.ok(named.length >= 3);
  for (const [command, run, own] of named) assert.ok(scripts[run ?? own ?? ''], command);
  const commands = snippets('sh').flatMap(({ code }) => code.match(/wrangler [a-z0-9 ]+/g) ?? []);
  const verbs = new Set(commands.map((command) => command.replace(/wrangler /, '').trim()));
  assert.ok(verbs.size >= 2, [...verbs].join());
  for (const verb of verbs) {
    const words = verb.split(' ').filter((word) => word !== 'put' || verb.startsWith('secret'));
    const help = execFileSync('wrangler', [...words.slice(0, 3), '--help'], {
      encoding: 'utf8',
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
    });
    assert.ok(help.includes(`wrangler ${words.slice(0, 3).join(' ')}`), help);
  }
});

test('the token that the docs make is one of a caller', async () => {
  const command = snippets('sh', 'docs/guides/operations.md').find(({ code }) =>
    code.includes('S3_UPLOAD_TOKEN='),
  );
  await mkdir(join(ROOT, 'dist'), { recursive: true });
  // In the repository, for its hono.
  const dir = await mkdtemp(join(ROOT, 'dist/docs-'));
  try {
    const secret = 'jwt-secret-jwt-secret-jwt-secret-jwt';
    await writeFile(join(dir, '.dev.vars'), `JWT_SECRET=${secret}\n`);
    const script = `${command?.code}\nprintf %s "$S3_UPLOAD_TOKEN"`;
    const token = execFileSync('bash', ['-euc', script], { cwd: dir, encoding: 'utf8' });
    const { sub } = await verify(token, secret, 'HS256');
    assert.equal(sub, 'me');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

/** Where the code runs, by what it imports. */
function kindOf(code: string): keyof typeof GLOBALS {
  if (/s3-upload-element\/node|@hono\/node-server|node:|process\.env/.test(code)) return 'server';
  return /s3-upload-element\/worker|cloudflare:workers/.test(code) ? 'worker' : 'page';
}
