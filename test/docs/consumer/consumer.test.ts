/** The package in an app of somebody else's: installed from its tarball, bundled, and used. */
import assert from 'node:assert/strict';
import { cp, readFile, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import process from 'node:process';
import { after, before, suite, test } from 'node:test';
import { SignJWT } from 'jose';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import type { Browser, ElementHandle, Page } from 'puppeteer-core';
import {
  filePicker,
  freePort,
  settled,
  startBrowser,
  startProduct,
  type Product,
} from '../../e2e/product.ts';
import type { S3UploadElement } from '../../../widget/s3-upload.ts';
import { composeSettings, containerCommand } from '../node-example.ts';
import { installConsumer, pack, type Consumer } from './consumer.ts';
import { startServer, type ExampleServer } from './server.ts';
import { startTogether } from '../../start-together.ts';

/** Too large for one request, so that parts, their checksums and Complete are used. */
const FILE_BYTES = 17 * 2 ** 20;
/** The examples that Vite builds; each has a control in a form, and one that a component controls. */
const EXAMPLES = ['react', 'vue', 'svelte', 'solid', 'angular'];
/** What the examples say in the place of the Worker's address. */
const EXAMPLE_ENDPOINT = 'https://uploads.example.com';
const SECRETS = {
  JWT_SECRET: 'jwt-secret-of-an-example-jwt-secret',
  TOKEN_SECRET: 'token-secret-of-an-example-token',
};
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
};

suite('the package in an app of somebody else’s', { timeout: 600_000 }, () => {
  let consumer: Consumer;
  let product: Product;
  let browser: Browser;
  let site: Server;
  let siteUrl: string;
  let fileToUpload: string;
  let smallFile: string;

  before(async () => {
    consumer = await installConsumer();
    fileToUpload = join(consumer.dir, 'film.mp4');
    await writeFile(fileToUpload, Buffer.alloc(FILE_BYTES, 'film'));
    smallFile = join(consumer.dir, 'notes.txt');
    await writeFile(smallFile, 'notes');
    site = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      response.setHeader('content-type', TYPES[extname(pathname)] ?? 'application/octet-stream');
      readFile(join(consumer.dir, 'out', pathname)).then(
        (body) => response.end(body),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    siteUrl = `http://localhost:${(site.address() as AddressInfo).port}`;
    [product, browser] = await startTogether(
      startProduct(() => ({ ALLOWED_ORIGINS: siteUrl })),
      startBrowser(),
    );
  });

  after(async () => {
    await browser?.close();
    await product?.stop();
    site?.close();
    await consumer?.remove();
  });

  suite('built by Vite', () => {
    let printed: string;
    before(async () => {
      printed = await consumer.run('vite', 'build', '--base=/vite/', '--logLevel=warn');
    });

    test('builds without a warning', () => assert.equal(printed, ''));

    for (const page of ['plain', 'react', 'vue']) {
      test(`uploads a file from a ${page} page`, () => uploadFrom(`vite/${page}.html`));
    }
  });

  for (const bundler of ['webpack', 'esbuild']) {
    test(`built by ${bundler}, uploads a file from a plain page`, async () => {
      await consumer.run('node', `${bundler}.js`);
      await writeFile(
        join(consumer.dir, 'out', bundler, 'plain.html'),
        `<!doctype html><div id="app"></div><script type="module" src="plain.js"></script>`,
      );
      await uploadFrom(`${bundler}/plain.html`);
    });
  }

  suite('the examples', () => {
    before(async () => {
      const settings = `VITE_UPLOAD_ENDPOINT=${product.url}\n`;
      await Promise.all(
        EXAMPLES.map((name) => writeFile(join(consumer.dir, 'examples', name, '.env'), settings)),
      );
      // Two at a time: each keeps more than one processor busy.
      for (let at = 0; at < EXAMPLES.length; at += 2) {
        await Promise.all(EXAMPLES.slice(at, at + 2).map(buildExample));
      }
    });

    for (const name of EXAMPLES) {
      test(`${name}: a form keeps its value, and a component that controls it keeps its rows`, () =>
        tryExample(name));

      test(`${name}: passes the compiler, and names the versions that it was tried with`, async () => {
        const dir = join('examples', name);
        assert.equal(await consumer.run('tsc', '-p', dir), '');
        const own = await readManifest(join(consumer.dir, dir, 'package.json'));
        const tried = await readManifest(join(consumer.dir, 'package.json'));
        const { 's3-upload-element': ours, ...theirs } = {
          ...own.dependencies,
          ...own.devDependencies,
        };
        const versions = { ...tried.dependencies, ...tried.devDependencies };
        assert.deepEqual(
          theirs,
          Object.fromEntries(Object.keys(theirs).map((key) => [key, versions[key]])),
        );
        assert.equal(ours, `^${await versionOf('s3-upload-element')}`);
      });
    }
  });

  suite('the example of a plain page', () => {
    before(async () => {
      const folder = join(consumer.dir, 'out/examples/plain');
      const packed = 'node_modules/s3-upload-element/dist/page';
      await cp(join(consumer.dir, 'examples/plain'), folder, { recursive: true });
      await cp(join(consumer.dir, packed), join(folder, packed), { recursive: true });
      for (const name of ['index.html', 'classic.html']) {
        const page = await readFile(join(folder, name), 'utf8');
        assert.ok(page.includes(EXAMPLE_ENDPOINT));
        await writeFile(join(folder, name), page.replace(EXAMPLE_ENDPOINT, product.url));
      }
    });

    for (const [name, kind] of [
      ['index.html', 'a module'],
      ['classic.html', 'a classic script'],
    ]) {
      test(`sends the id of an upload with its form, by ${kind}`, () =>
        onPage(`examples/plain/${name}`, async (page) => {
          const id = await uploadIn(page);
          await page.click('form button');
          const sent = await page.$eval('output', ({ textContent }) => textContent);
          assert.equal(sent, `The form sends files=${id}`);
        }));
    }
  });

  suite('the examples of servers', () => {
    test('hono: the app is told what the ids in its form are, and of nobody else’s', async () => {
      const server = await startWorker('hono', {});
      try {
        await onPage(server.url, async (page) => {
          const id = await uploadIn(page);
          await Promise.all([page.waitForNavigation(), page.click('form button')]);
          const answer = await page.$eval('body', ({ innerText }) => innerText.split(/\n+/));
          assert.deepEqual(answer, ['Holiday', 'notes.txt, 5 bytes, complete']);
          const [, cookie = ''] = /(session=[^;]+)/.exec(await cookieOf(server.url)) ?? [];
          const refused = await fetch(`${server.url}/letters`, {
            method: 'POST',
            headers: { cookie },
            body: new URLSearchParams({ subject: 'Stolen', files: id }),
          });
          assert.equal(refused.status, 400);
          assert.equal(await refused.text(), `There is no upload ${id} of yours.`);
        });
      } finally {
        await server.stop();
      }
    });

    test('hono: passes the compiler', async () => {
      assert.equal(await consumer.run('tsc', '-p', 'examples/hono'), '');
    });

    test('cloudflare: a page of an allowed origin uploads with its user’s token', async () => {
      const server = await startWorker('cloudflare', { ALLOWED_ORIGINS: siteUrl });
      try {
        await writeFile(
          join(consumer.dir, 'out/cloudflare.html'),
          `<!doctype html><script type="module" src="${server.url}/s3-upload.js"></script>
          <s3-upload token="${await userToken()}"></s3-upload>`,
        );
        await onPage('cloudflare.html', async (page) => assert.ok(await uploadIn(page)));
      } finally {
        await server.stop();
      }
    });

    test('node-minio: what the container runs serves a page that uploads', async () => {
      const dir = join(consumer.dir, 'examples/node-minio');
      const tarball = pack(consumer.dir);
      const install = ['--prefix', dir, '--prefer-offline', '--no-audit', '--no-fund'];
      await consumer.run(
        'npm',
        'pkg',
        'set',
        '--prefix',
        dir,
        `dependencies.s3-upload-element=file:${tarball}`,
      );
      await consumer.run('npm', 'install', ...install);
      const port = await freePort();
      const server = await startServer(containerCommand(), {
        dir,
        port,
        env: {
          ...composeSettings(),
          ALLOWED_ORIGINS: 'http://localhost:3000',
          ...SECRETS,
          ...storeSettings(),
          STATE_URL: 'sqlite:state.sqlite',
        },
      });
      try {
        const token = await userToken();
        await onPage(server.url, async (page) => {
          await page.waitForSelector('s3-upload:defined');
          await page.$eval('s3-upload', (element, value) => (element.token = value), token);
          await uploadIn(page);
        });
      } finally {
        await server.stop();
      }
    });
  });

  suite('drawn on a server', () => {
    let drawn: string;

    before(async () => {
      drawn = await consumer.run('node', 'src/ssr/server.js', product.url);
      const entries = ['client', 'hydrate'].map((name) => `src/ssr/${name}.js`);
      const options = ['--bundle', '--splitting', '--format=esm', '--outdir=out/ssr'];
      await consumer.run('esbuild', ...entries, ...options, '--log-level=error');
      for (const script of ['none', 'client', 'hydrate']) {
        await writeFile(
          join(consumer.dir, 'out/ssr', `${script}.html`),
          `<!doctype html><html lang="de"><meta charset="utf-8"><body>${drawn}
          ${script === 'none' ? '' : `<script type="module" src="${script}.js"></script>`}`,
        );
      }
    });

    test('adds nothing to the attributes that the page gave', () => {
      const [, attributes = ''] = /<s3-upload([^>]*)>/.exec(drawn) ?? [];
      const names = new Set(
        [...attributes.matchAll(/([\w-]+)(?==|\s|$)/g)].map(([, name]) => name),
      );
      assert.deepEqual(
        ['endpoint', 'name', 'label', 'multiple', 'max-size'].filter((name) => !names.has(name)),
        [],
      );
      assert.doesNotMatch(attributes, /role|aria-|hydrate-internals/);
    });

    test('is seen before any script has come', () =>
      onPage('ssr/none.html', async (page) => {
        await page.waitForSelector('s3-upload >>> [part~=button]', { visible: true });
        const seen = await page.$eval('s3-upload', ({ shadowRoot }) => {
          const [zone] = shadowRoot?.querySelectorAll('[part=zone]') ?? [];
          return [
            zone?.textContent.replace(/\s+/g, ' ').trim(),
            zone && getComputedStyle(zone).display,
          ];
        });
        assert.deepEqual(seen, ['Drop files here or browse up to 1 GB each', 'grid']);
      }));

    for (const script of ['client', 'hydrate']) {
      test(`is taken over by ${script}.js: once, in the page’s language, and at work`, () =>
        onPage(`ssr/${script}.html`, async (page) => {
          await page.waitForSelector('s3-upload:defined');
          const seen = await page.$eval('s3-upload', async (element) => {
            await element.updateComplete;
            const zones = [...(element.shadowRoot?.querySelectorAll('[part=zone]') ?? [])];
            return [
              zones.map(({ textContent }) => textContent.replace(/\s+/g, ' ').trim()),
              zones.map((zone) => getComputedStyle(zone).display),
              element.shadowRoot?.querySelector<HTMLElement>('[part=hint]')?.hidden,
              element.hasAttribute('role'),
            ];
          });
          assert.deepEqual(seen, [
            ['Dateien hierher ziehen oder auswählen je bis 1 GB'],
            ['grid'],
            false,
            false,
          ]);
          const picker = (await filePicker(page)) as ElementHandle<HTMLInputElement>;
          await picker.uploadFile(smallFile);
          await page.waitForSelector('s3-upload >>> [part~=row-done]');
          const sent = await page.$eval(
            'form',
            (form) => new FormData(form).getAll('files').length,
          );
          assert.equal(sent, 1);
        }));
    }
  });

  test('lets templates of four frameworks pass the compiler, and finds mistakes in them', async () => {
    assert.equal(await consumer.run('tsc', '-p', 'tsconfig.frameworks.json'), '');
  });

  test('lets a React page and a Worker pass the compiler', async () => {
    assert.equal(await consumer.run('tsc', '-p', '.'), '');
    assert.equal(await consumer.run('tsc', '-p', 'tsconfig.worker.json'), '');
  });

  test('can be imported on a server, which has no document', async () => {
    const program = `
      const names = ['', '/core', '/element', '/protocol', '/worker', '/node', '/i18n/de'];
      for (const name of names) await import('s3-upload-element' + name);
      console.log('imported');`;
    const printed = await consumer.run('node', '--input-type=module', '--eval', program);
    assert.equal(printed.trim(), 'imported');
  });

  test('has the command s3-upload, which needs nothing else to be installed', async () => {
    const help = await consumer.run('npx', '--no', 's3-upload', 'setup', '--help');
    const serving = consumer.run('npx', '--no', 's3-upload', 'serve');
    await assert.rejects(serving, /npm install hono @hono\/node-server/);
    assert.match(help, /^Usage: s3-upload setup --origin /);
    const hono = join(consumer.dir, 'node_modules/hono');
    await rename(hono, `${hono}.away`);
    try {
      const overview = await consumer.run('npx', '--no', '--', 's3-upload', '--help');
      for (const command of ['setup', 'doctor', 'serve']) {
        assert.ok(overview.includes(`  ${command} `), overview);
        const usage = await consumer.run('npx', '--no', 's3-upload', command, '--help');
        assert.ok(usage.startsWith(`Usage: s3-upload ${command}`), usage);
      }
      const asked = consumer.run('npx', '--no', 's3-upload', 'doctor');
      await assert.rejects(asked, /needs more packages: npm install hono/);
    } finally {
      await rename(`${hono}.away`, hono);
    }
    const refused = consumer.run('npx', '--no', 's3-upload', 'setup', '--orign');
    await assert.rejects(refused, /Did you mean --origin\?/);
  });

  test('shares the app’s own hono', async () => {
    const files = await readdir(join(consumer.dir, 'node_modules'), { recursive: true });
    const copies = files.filter((file) => /(^|\/)hono\/package\.json$/.test(file));
    assert.deepEqual(copies, ['hono/package.json']);
  });

  test('is tried with the oldest hono that it says it works with', async () => {
    const oldest = await versionOf('hono');
    const { peerDependencies } = await manifestOf('s3-upload-element');
    assert.equal(peerDependencies?.['hono'], `^${oldest}`);
  });

  test('answers as a signer from a route of the app', async () => {
    await consumer.run(
      'esbuild',
      'src/worker.ts',
      '--bundle',
      '--format=esm',
      '--external:cloudflare:*',
      '--outfile=out/worker.js',
    );
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        modules: true,
        script: await readFile(join(consumer.dir, 'out/worker.js'), 'utf8'),
        compatibilityDate: '2026-11-01',
        kvNamespaces: ['UPLOADS'],
        bindings: {
          AUTH: 'jwt',
          JWT_SECRET: 'jwt-secret-jwt-secret-jwt-secret-jwt',
          TOKEN_SECRET: 'token-secret-token-secret-token-secret',
          S3_ENDPOINT: 'https://s3.example.com',
          S3_BUCKET: 'uploads',
          S3_ACCESS_KEY_ID: 'key',
          S3_SECRET_ACCESS_KEY: 'secret',
        },
      }),
    );
    try {
      const own = await miniflare.dispatchFetch('http://localhost/');
      assert.equal(await own.text(), 'the app');
      const health = await miniflare.dispatchFetch('http://localhost/uploading/health');
      assert.equal(health.status, 200, await health.text());
      const policy = await miniflare.dispatchFetch('http://localhost/uploading/policy');
      const { code } = (await policy.json()) as { code: string };
      assert.deepEqual([policy.status, code], [401, 'unauthenticated']);
    } finally {
      await miniflare.dispose();
    }
  });

  /** Opens the page, chooses the file, and waits until the page's own listener knows it stored. */
  async function uploadFrom(path: string): Promise<void> {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    try {
      await page.goto(`${siteUrl}/${path}?endpoint=${encodeURIComponent(product.url)}`);
      await page.waitForSelector('s3-upload:defined >>> [part~=zone]', { visible: true });
      const picker = (await filePicker(page)) as ElementHandle<HTMLInputElement>;
      await picker.uploadFile(fileToUpload);
      const [upload] = await settled(page);
      assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
      assert.equal(upload.bytes, FILE_BYTES);
      assert.match(upload.result?.etag ?? '', /-[2-9]"?$/, 'it was sent in parts');
      await page.waitForSelector('s3-upload >>> [part~=row-done]', { visible: true });
      const stored = await page.$eval('body', (body) => body.dataset['stored']);
      assert.equal(stored, 'film.mp4');
      assert.deepEqual(errors, []);
    } finally {
      await page.close();
    }
  }

  async function buildExample(name: string): Promise<void> {
    const dir = join('examples', name);
    const options = [`--base=/${dir}/`, `--outDir=../../out/${dir}`, '--logLevel=error'];
    assert.equal(await consumer.run('vite', 'build', dir, ...options), '');
  }

  /** Uploads a file in each of the example’s two controls, and has the component draw again. */
  async function tryExample(name: string): Promise<void> {
    await onPage(`examples/${name}/index.html`, async (page) => {
      const output = (part: string): Promise<string> =>
        page.$eval(`${part} output`, ({ textContent }) => textContent.trim());
      for (const part of ['#uncontrolled', '#controlled']) {
        await page.waitForSelector(`${part} s3-upload:defined >>> [part~=zone]`, { visible: true });
        const picker = await page.$(`${part} s3-upload >>> input[type=file]`);
        await (picker as ElementHandle<HTMLInputElement>).uploadFile(smallFile);
        await page.waitForSelector(`${part} s3-upload >>> [part~=row-done]`);
      }
      await page.click('#uncontrolled button');
      await page.waitForFunction(
        () => document.querySelector('#uncontrolled output')?.textContent.trim() === '1',
      );
      await page.waitForFunction(
        () => document.querySelector('#controlled output')?.textContent.trim() === '1 notes.txt',
      );
      // The component has set the value that the element gave it: the row is the same.
      const row = await page.$eval('#controlled s3-upload', ({ uploads }) =>
        uploads.map(({ name: file, bytes }) => [file, bytes]),
      );
      assert.deepEqual(row, [['notes.txt', 5]]);
      await page.click('#controlled button');
      await page.waitForFunction(
        () =>
          document.querySelector<S3UploadElement>('#controlled s3-upload')?.uploads.length === 0,
      );
      assert.match(await output('#controlled'), /^0/);
    });
  }

  /** Uploads the small file, and returns the id of its upload. */
  async function uploadIn(page: Page): Promise<string> {
    await page.waitForSelector('s3-upload:defined >>> [part~=zone]', { visible: true });
    const picker = (await filePicker(page)) as ElementHandle<HTMLInputElement>;
    await picker.uploadFile(smallFile);
    const [upload] = await settled(page);
    assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
    return upload.id;
  }

  /** Runs an example in workerd, as `npm run dev` does, with the product’s bucket. */
  async function startWorker(
    name: string,
    own: Readonly<Record<string, string>>,
  ): Promise<ExampleServer> {
    const dir = join(consumer.dir, 'examples', name);
    await symlink(join(consumer.dir, 'node_modules'), join(dir, 'node_modules'));
    const settings = Object.entries({ ...SECRETS, ...storeSettings(), ...own });
    const lines = settings.map(([setting, value]) => `${setting}=${value}\n`);
    await writeFile(join(dir, '.dev.vars'), lines.join(''));
    const port = await freePort();
    const ports = ['--port', String(port), '--inspector-port', String(await freePort())];
    return startServer(['wrangler', 'dev', ...ports, '--log-level', 'warn'], {
      dir,
      port,
      env: { WRANGLER_SEND_METRICS: 'false' },
    });
  }

  /** The bucket that the product uses, as another signer is told of it. */
  function storeSettings(): Readonly<Record<string, string>> {
    const own = Object.entries(process.env).flatMap(([name, value = '']) =>
      name.startsWith('S3_') ? [[name, value] as const] : [],
    );
    const endpoint = `${product.url}/cdn-cgi/local/r2/s3`;
    return {
      S3_ENDPOINT: endpoint,
      S3_PROFILE: 'r2-local',
      S3_BUCKET: 'uploads',
      S3_ACCESS_KEY_ID: 'local',
      S3_SECRET_ACCESS_KEY: 'local-and-not-a-secret',
      ...Object.fromEntries(own),
      S3_PUBLIC_ENDPOINTS: process.env['S3_ENDPOINT'] ?? endpoint,
    };
  }

  /** Opens a page, of the site where no other is named, and fails if a script on it does. */
  async function onPage(path: string, act: (page: Page) => Promise<void>): Promise<void> {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    try {
      await page.goto(new URL(path, siteUrl).href);
      await act(page);
      assert.deepEqual(errors, []);
    } finally {
      await page.close();
    }
  }

  async function versionOf(name: string): Promise<string> {
    return (await manifestOf(name)).version;
  }

  async function manifestOf(name: string): Promise<Manifest> {
    return readManifest(join(consumer.dir, 'node_modules', name, 'package.json'));
  }
});

/** What a backend gives to a user who has signed in. */
function userToken(): Promise<string> {
  return new SignJWT({ sub: 'alice' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRETS.JWT_SECRET));
}

async function cookieOf(url: string): Promise<string> {
  return (await fetch(url)).headers.get('set-cookie') ?? '';
}

async function readManifest(file: string): Promise<Manifest> {
  return JSON.parse(await readFile(file, 'utf8')) as Manifest;
}

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}
