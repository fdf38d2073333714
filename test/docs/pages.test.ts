/** The pages, style sheets and listeners of the docs, in a browser, with a Worker that runs. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { settled, startBrowser, startProduct, type Product } from '../e2e/product.ts';
import { bundled } from './bundled.ts';
import { placeOf, snippets } from './snippets.ts';
import { startTogether } from '../start-together.ts';

let product: Product;
let browser: Browser;
/** A site of somebody's, which serves `body` and lives on another origin than the Worker. */
let site: Server;
let siteUrl: string;
let body = '';

before(async () => {
  site = createServer((request, response) => {
    // The backend of the pages, which says who the user is.
    if (request.url === '/upload-token') return response.end('header.claims.signature');
    response.setHeader('content-type', 'text/html; charset=utf-8');
    return response.end(`<!doctype html><title>A page</title>${body}`);
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
});

/** Pages: HTML that a name follows is a part of one, or of another library. */
for (const snippet of snippets('html').filter(({ name }) => name === '')) {
  test(`${placeOf(snippet)}: the page uploads a file`, async () => {
    const page = await pageWith(snippet.code);
    await page.evaluate(() => {
      const upload = document.querySelector('s3-upload, s3-upload-list') as unknown as {
        add(files: File[]): void;
      };
      upload.add([new File(['hello'], 'hello.mp4', { type: 'video/mp4' })]);
    });
    const [upload] = await settled(page);
    assert.equal(upload?.status, 'done', JSON.stringify(upload?.error));
    await page.close();
  });
}

test('the form of the docs submits the id of each finished upload', async () => {
  const form = snippets('html', 'README.md').find(({ code }) => code.includes('<form'));
  assert.ok(form);
  const page = await pageWith(form.code);
  const isValidBefore = await page.$eval('form', (node) => node.checkValidity());
  await page.evaluate(() => {
    const upload = document.querySelector('s3-upload, s3-upload-list') as unknown as {
      add(files: File[]): void;
    };
    upload.add([new File(['hello'], 'hello.mp4', { type: 'video/mp4' })]);
  });
  const [upload] = await settled(page);
  const submitted = await page.$eval('form', (node) => ({
    isValid: node.checkValidity(),
    entries: [...new FormData(node)].map(([name, value]) => [name, String(value)]),
  }));
  assert.equal(isValidBefore, false, 'it is required');
  assert.deepEqual(submitted, { isValid: true, entries: [['recordings', upload?.id]] });
  await page.close();
});

for (const snippet of snippets('js').filter(({ name }) => name === 'listeners')) {
  test(`${placeOf(snippet)}: the listeners are called`, async () => {
    const page = await pageWith('<s3-upload></s3-upload>');
    const logged: string[] = [];
    page.on('console', (message) => logged.push(message.text()));
    await page.evaluate(snippet.code);
    await page.evaluate(() => {
      const upload = document.querySelector('s3-upload, s3-upload-list') as unknown as {
        add(files: File[]): void;
      };
      upload.add([new File(['hello'], 'hello.txt')]);
    });
    const [upload] = await settled(page);
    assert.ok(
      logged.some((line) => line.includes(upload?.key ?? '?')),
      logged.join('\n'),
    );
    await page.close();
  });
}

for (const snippet of snippets('css').filter(({ name }) => name === 'look')) {
  test(`${placeOf(snippet)}: the style sheet reaches the element`, async () => {
    const page = await pageWith('<s3-upload></s3-upload>');
    await page.addStyleTag({ content: snippet.code });
    const style = await page.$eval('s3-upload >>> [part~=zone]', (zone) => {
      const { borderRadius } = getComputedStyle(zone);
      const host = (zone.getRootNode() as ShadowRoot).host;
      return {
        borderRadius,
        accent: getComputedStyle(host).getPropertyValue('--s3-upload-accent'),
      };
    });
    assert.deepEqual(style, { borderRadius: '0px', accent: 'rebeccapurple' });
    await page.close();
  });
}

test('the engine of the docs uploads without the element', async () => {
  const [engine] = snippets('ts', 'docs/guides/engine.md');
  assert.ok(engine);
  const code = await bundled(engine.code.replace('https://uploads.example.com', product.url));
  const page = await pageWith('');
  const logged = new Promise<string>((resolve) =>
    page.on('console', (message) => resolve(message.text())),
  );
  await page.addScriptTag({ content: code, type: 'module' });
  assert.match(await logged, /hello\.txt$/);
  await page.close();
});

/** Opens the site with this snippet on its page, the Worker's address replaced by ours. */
async function pageWith(snippet: string): Promise<Page> {
  const script = `<script type="module" src="${product.url}/s3-upload.js"></script>`;
  const html = snippet
    .replaceAll('https://uploads.example.com', product.url)
    .replaceAll('https://app.example.com/uploading', product.url)
    .replaceAll('https://app.example.com', product.url);
  body = /\/s3-upload(\.pieces)?\.js/.test(html) ? html : script + html;
  const page = await browser.newPage();
  await page.goto(siteUrl);
  await page.evaluate(async () => {
    const { localName = '' } = document.querySelector('s3-upload, s3-upload-list') ?? {};
    if (localName) await customElements.whenDefined(localName);
  });
  return page;
}
