/**
 * The examples for Next.js and Nuxt, built as their users build them, and drawn by their servers.
 * Installing the two takes minutes, so it is done only where it is asked for: SERVER_FRAMEWORKS=yes.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import process from 'node:process';
import { suite, test } from 'node:test';
import type { S3UploadElement } from '../../../widget/s3-upload.ts';
import { freePort, startBrowser } from '../../e2e/product.ts';
import { installExample } from './consumer.ts';

const SERVERS = {
  next: (port: number) => ['node_modules/next/dist/bin/next', 'start', '-p', String(port)],
  nuxt: () => ['.output/server/index.mjs'],
} as const;
const ID = '0190b8d2-7c3a-7000-8000-000000000061';
const isAsked = process.env['SERVER_FRAMEWORKS'] === 'yes';

suite('an example that a server draws', { skip: !isAsked, timeout: 900_000 }, () => {
  for (const [name, commandFor] of Object.entries(SERVERS)) {
    test(`${name}: builds, is drawn with its attributes, and controls the value`, async () => {
      const { dir, run, remove } = await installExample(name);
      const port = await freePort();
      let stop = (): unknown => undefined;
      const browser = await startBrowser();
      try {
        await run('npm', 'run', 'build');
        const env = { ...process.env, PORT: String(port) };
        const server = spawn(process.execPath, commandFor(port), { cwd: dir, env });
        stop = () => server.kill();
        const address = `http://localhost:${port}/`;
        const drawn = await answerOf(address);
        assert.match(drawn, /<s3-upload[^>]* name="files"[^>]* max-size="1 GB"/);
        const page = await browser.newPage();
        const errors: string[] = [];
        page.on('pageerror', (error) => errors.push(String(error)));
        await page.goto(address, { waitUntil: 'networkidle0' });
        const controlled = '#controlled s3-upload:defined';
        await page.waitForSelector(controlled);
        await page.$eval(
          controlled,
          (element, id) => {
            (element as S3UploadElement).value = [id];
            element.dispatchEvent(new Event('input', { bubbles: true }));
            const upload = { name: 'notes.txt' };
            element.dispatchEvent(Object.assign(new Event('upload-done'), { upload }));
          },
          ID,
        );
        await page.waitForFunction(
          () => document.querySelector('#controlled output')?.textContent.trim() === '1 notes.txt',
        );
        await page.click('#controlled button');
        await page.waitForFunction(
          () =>
            document.querySelector<S3UploadElement>('#controlled s3-upload')?.uploads.length === 0,
        );
        assert.deepEqual(errors, []);
      } finally {
        await browser.close();
        stop();
        await remove();
      }
    });
  }
});

/** The page, as soon as the server answers. */
async function answerOf(address: string): Promise<string> {
  for (;;) {
    try {
      return await (await fetch(address)).text();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
