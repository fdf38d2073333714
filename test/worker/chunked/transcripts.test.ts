/** The examples of docs/chunks.md, run as they stand there: curl and Python against a Worker. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { promisify } from 'node:util';
import type { ChunkedAnswer, Result } from '../../../worker/protocol.ts';
import { jwtFor, startLab, type Lab } from '../harness.ts';
import { missing } from '../../tools.ts';
import { onEveryStore } from '../s3/stores.ts';
import { download, random } from '../s3/uploads.ts';

const run = promisify(execFile);
const page = readFileSync(new URL('../../../docs/chunks.md', import.meta.url), 'utf8');
const examples = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(
    ([, code = '']) => code,
  );

onEveryStore(
  'an example of docs/chunks.md',
  () => true,
  (running) => {
    const folder = mkdtempSync(join(tmpdir(), 'chunks-'));
    const film = random(40_000_000);
    let lab: Lab;
    let env: Record<string, string>;

    before(async () => {
      lab = await startLab(running(), {
        RELAY: 'on',
        VERIFY_MAX_BYTES: '64MiB',
        VERIFY_STEP_BYTES: '16MiB',
      });
      const { origin } = new URL((await lab.fetch('/health')).url);
      env = { PATH: process.env['PATH'] ?? '', API: origin, TOKEN: await jwtFor('alice') };
      writeFileSync(join(folder, 'film.mp4'), film);
      writeFileSync(join(folder, 'note.txt'), 'Buy milk.');
    });
    after(async () => {
      await lab.stop();
      rmSync(folder, { recursive: true });
    });

    const shell = (script = '') => run('bash', ['-ec', script], { cwd: folder, env });
    const answered = <T>(): T => JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as T;

    it('continues with curl what has broken off, and is verified', async () => {
      const { stdout } = await shell(examples('sh')[0]);
      assert.match(stdout, /It broke off\./);
      const [, offset = ''] = /Continuing at (\d+) of 40000000/.exec(stdout) ?? [];
      assert.ok(Number(offset) > 0 && Number(offset) < film.length, stdout);
      const { key, result } = answered<ChunkedAnswer>();
      assert.equal(result?.name, 'film.mp4');
      assert.deepEqual(await download(running(), key), film);
    });

    it('sends a small file by one curl', async () => {
      await shell(examples('sh')[1]);
      const { key, result } = answered<ChunkedAnswer>();
      assert.equal(result?.type, 'text/plain');
      assert.equal(Buffer.from(await download(running(), key)).toString(), 'Buy milk.');
    });

    it('sends a file by the HTTP draft, with curl', async () => {
      await shell(examples('sh')[2]);
      const { key, name } = answered<Result>();
      assert.equal(name, 'film.mp4');
      assert.deepEqual(await download(running(), key), film);
    });

    it('sends a file with Python’s requests, as drf-chunked-upload has it', async () => {
      const [script = ''] = examples('python');
      const { stdout } = await run('python3', ['-c', script], { cwd: folder, env });
      assert.deepEqual(await download(running(), stdout.trim()), film);
    });
  },
  missing('curl', 'jq', 'requests'),
);
