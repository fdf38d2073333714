/**
 * An operator's mistakes, each planted in a signer and a store of its own. All elements stand in one
 * page (apart from that which needs https), and each must say within five seconds what is wrong: in its
 * row, in the console, in the signer's log, and in a line of `s3-upload doctor`.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sign } from 'hono/jwt';
import type { Browser, HTTPRequest, Page } from 'puppeteer-core';
import { bundle } from '../../worker/build/build.ts';
import { optionsFrom } from '../../worker/config.ts';
import { ProblemError } from '../../worker/problem.ts';
import { createRefusal, createSigner } from '../../worker/signer.ts';
import { diagnose } from '../worker/cli/doctor.ts';
import { jwtFor } from '../worker/harness.ts';
import { memoryKV } from '../worker/memory-kv.ts';
import { localR2 } from '../worker/s3/stores.ts';
import { MISTAKES, type Mistake } from './mistakes/mistakes.ts';
import { serveApps, serveStore, serveTexts, stopAll, type App } from '../worker/faulty-servers.ts';
import { startBrowser } from './product.ts';

const TOLD_WITHIN_MS = 5000;
const TRIES_ALONE = 3;
const SECURE_PAGE = 'https://app.example';

/** A mistake in place. */
interface Planted {
  readonly mistake: Mistake;
  readonly settings: Readonly<Record<string, string>>;
  readonly log: string[];
}

interface Shown {
  readonly text: string;
  readonly ms: number;
}

let browser: Browser;
let planted: readonly Planted[];
let apps: readonly App[];
let chunks: Awaited<ReturnType<typeof bundle>>;
let pages: string;
let signers: string;
const told: string[] = [];

before(async () => {
  chunks = await bundle('s3-upload', 'widget/index.ts');
  pages = await serveTexts((path) => fileOf(path, false));
  pages = pages.replace('127.0.0.1', 'localhost');
  planted = await Promise.all(MISTAKES.map((mistake) => plant(mistake)));
  apps = planted.map((one) => appOf(one));
  signers = await serveApps(new Map(apps.map((app, index) => [`m${index}`, app])));
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  stopAll();
});

function isLate(shown: Shown | undefined): boolean {
  return (shown?.ms ?? Infinity) > TOLD_WITHIN_MS;
}

async function plant(mistake: Mistake): Promise<Planted> {
  const { running } = await localR2.start();
  const { config, credentials } = running;
  const { store, settings = {} } = mistake;
  const faulty = store && (await serveStore(config.endpoint, store));
  const all: Record<string, string> = {
    AUTH: 'anonymous',
    TOKEN_SECRET: 'the-secret-that-seals-upload-tokens-in-tests',
    ALLOWED_ORIGINS: `${pages}, ${SECURE_PAGE}`,
    S3_ENDPOINT: faulty && store.for === 'everybody' ? faulty : config.endpoint,
    ...(faulty && store.for === 'page' && { S3_PUBLIC_ENDPOINTS: faulty }),
    S3_BUCKET: config.bucket,
    S3_PROFILE: config.profile.name,
    S3_ACCESS_KEY_ID: credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...settings,
  };
  const set = Object.entries(all).filter(([, value]) => value !== '');
  return { mistake, settings: Object.fromEntries(set), log: [] };
}

function appOf({ settings, log }: Planted): App {
  const sink = (line: string): void => void log.push(line);
  try {
    const kv = memoryKV();
    return createSigner({ ...optionsFrom({ ...settings, UPLOADS: kv }), kv, log: sink });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return createRefusal(error, sink);
  }
}

/** A file of the bundle, or else the page. */
function fileOf(path: string, isSecure: boolean): { readonly type: string; readonly text: string } {
  const chunk = chunks.find(({ fileName }) => fileName === path);
  if (chunk) return { type: 'text/javascript', text: chunk.code };
  return { type: 'text/html', text: page(isSecure, path.split('?', 2)[1]) };
}

/** @param only the id of the only element on it. */
function page(isSecure: boolean, only = ''): string {
  const elements = MISTAKES.map(({ page: origin, path = '', isPageHost }, index) => {
    if ((origin === SECURE_PAGE) !== isSecure || (only && only !== `m${index}`)) return '';
    const host = isSecure ? SECURE_PAGE : signers;
    const endpoint = isPageHost ? `${pages}/app` : `${host}/m${index}${path}`;
    return `<s3-upload id="m${index}" endpoint="${endpoint}" no-resume></s3-upload>`;
  });
  return `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/s3-upload.js"></script>${elements.join('')}`;
}

/** Adds a file to each element, and waits until each row says what is expected. */
async function show(
  tab: Page,
  tokens: Readonly<Record<string, string>>,
): Promise<Record<string, Shown>> {
  const patterns = MISTAKES.map(({ row }) => row.source);
  return tab.evaluate(
    async (sources, callers, withinMs) => {
      type Element = HTMLElement & {
        add(files: File[]): void;
        getToken?: () => string | undefined;
      };
      await customElements.whenDefined('s3-upload');
      const elements = [...document.querySelectorAll<Element>('s3-upload')];
      const shown: Record<string, Shown> = {};
      const startedMs = performance.now();
      for (const element of elements) {
        const token = callers[element.id];
        if (token) element.getToken = () => token;
        element.add([new File(['x'.repeat(1000)], 'a.txt', { type: 'text/plain' })]);
      }
      while (
        performance.now() - startedMs < withinMs &&
        Object.keys(shown).length < elements.length
      ) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        for (const { id, shadowRoot } of elements) {
          const row = shadowRoot?.querySelector('[part~=row]')?.textContent ?? '';
          const text = row.replace(/\s+/g, ' ');
          const isSaid = new RegExp(sources[Number(id.slice(1))] ?? '').test(text);
          if (isSaid) shown[id] ??= { text, ms: performance.now() - startedMs };
        }
      }
      for (const { id, shadowRoot } of elements) {
        shown[id] ??= { text: shadowRoot?.textContent ?? '', ms: Number.MAX_SAFE_INTEGER };
      }
      return shown;
    },
    patterns,
    tokens,
    TOLD_WITHIN_MS,
  );
}

/** A page on https, with its script and its signer, of which nothing has to be served. */
async function openSecurePage(): Promise<Page> {
  const tab = await openTab();
  await tab.setRequestInterception(true);
  tab.on('request', (request) => {
    const { pathname, origin } = new URL(request.url());
    if (origin === SECURE_PAGE) void answerSecurely(request, pathname);
    else void request.abort();
  });
  await tab.goto(SECURE_PAGE);
  return tab;
}

async function answerSecurely(request: HTTPRequest, pathname: string): Promise<void> {
  const { type, text } = fileOf(pathname.slice(1), true);
  const [, index, path] = /^\/m(\d+)(\/.*)$/.exec(pathname) ?? [];
  const app = apps[Number(index)];
  if (!app) return request.respond({ contentType: type, body: text });
  const answer = await app.fetch(
    new Request(SECURE_PAGE + path, {
      method: request.method(),
      headers: request.headers(),
      body: request.postData() ?? null,
    }),
  );
  const headers = Object.fromEntries(answer.headers);
  return request.respond({ status: answer.status, headers, body: await answer.text() });
}

/** All elements of the page on http, or one of them. */
async function showHere(
  id: string,
  tokens: Readonly<Record<string, string>>,
): Promise<Record<string, Shown>> {
  const tab = await openTab();
  await tab.goto(`${pages}/?${id}`);
  const shown = await show(tab, tokens);
  await tab.close();
  return shown;
}

async function openTab(): Promise<Page> {
  const tab = await browser.newPage();
  tab.on('console', (message) => void told.push(message.text()));
  return tab;
}

/** Wrong in one thing, and right in everything else. */
function tokenThatIs(fault: NonNullable<Mistake['token']>): Promise<string> {
  const aud = 'uploads';
  const now = Math.floor(Date.now() / 1000);
  switch (fault) {
    case 'expired':
      return jwtFor('alice', { aud, exp: now - 3600 });
    case 'without exp':
      return jwtFor('alice', { aud, exp: undefined });
    case 'with another secret':
      return sign(
        { sub: 'alice', aud, exp: now + 3600 },
        'another-secret-of-the-app-for-its-tokens',
      );
    case 'for another audience':
      return jwtFor('alice', { aud: 'another app' });
  }
}

test('each mistake names itself in the row, the console, the log and doctor, within five seconds', async (t) => {
  const tokens: Record<string, string> = {};
  for (const [index, { mistake }] of planted.entries()) {
    if (mistake.token) tokens[`m${index}`] = await tokenThatIs(mistake.token);
  }
  const shown = await showHere('', tokens);
  // A row that was late among so many may be in time alone, on a machine that is busy.
  for (const id of Object.keys(shown)) {
    for (let tries = 0; tries < TRIES_ALONE && isLate(shown[id]); tries += 1) {
      Object.assign(shown, await showHere(id, tokens));
    }
  }
  Object.assign(shown, await show(await openSecurePage(), tokens));

  for (const [index, { mistake, settings, log }] of planted.entries()) {
    await t.test(mistake.name, async () => {
      const row = shown[`m${index}`];
      assert.match(row?.text ?? '', mistake.row, 'the row');
      assert.ok((row?.ms ?? Infinity) < TOLD_WITHIN_MS, `${row?.ms} ms`);
      assert.ok(
        told.some((text) => mistake.console.test(text)),
        `the console: ${told.join('\n')}`,
      );
      if (mistake.log) {
        const lines = log.filter((line) => mistake.log?.test(line));
        assert.notEqual(lines.length, 0, `the log: ${log.join('\n')}`);
      }
      const origin = mistake.page ?? pages;
      const args = ['--origin', origin];
      if (mistake.isDeployed) {
        args.push(
          '--url',
          mistake.isPageHost ? `${pages}/app` : `${signers}/m${index}${mistake.path ?? ''}`,
        );
      }
      const file = Object.entries(settings).map(([name, value]) => `${name}="${value}"\n`);
      const ask = async () => {
        const startedMs = performance.now();
        const files = { '.dev.vars': file.join('') };
        const printed = await diagnose(
          { S3_UPLOAD_TOKEN: tokens[`m${index}`] ?? '' },
          ...args,
          files,
        );
        return { ...printed, ms: performance.now() - startedMs };
      };
      let answer = await ask();
      if (answer.ms > TOLD_WITHIN_MS) answer = await ask();
      const { status, output, ms } = answer;
      assert.ok(ms < TOLD_WITHIN_MS, `doctor took ${ms} ms`);
      assert.equal(status, 1, output);
      const found = output.replaceAll(/^pass.*$/gm, '');
      assert.match(found, mistake.doctor, 'doctor');
    });
  }
});
