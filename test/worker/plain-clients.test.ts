/** The smallest clients: curl, a name, a password, and a URL that takes the file by PUT. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { promisify } from 'node:util';
import type { PlainCreated, Problem, Result } from '../../worker/protocol.ts';
import { MIB, startLab, type Lab } from './harness.ts';
import { missing } from '../tools.ts';
import { onEveryStore } from './s3/stores.ts';
import { download, random } from './s3/uploads.ts';

const run = promisify(execFile);
const USER = 'backup:correct horse battery';

/** What curl prints. */
async function curl(...args: readonly string[]): Promise<string> {
  const { stdout } = await run('curl', ['--silent', '--show-error', ...args]);
  return stdout;
}

onEveryStore(
  'a client that knows PUT',
  () => true,
  (running) => {
    let lab: Lab;
    let uploads: string;
    let folder: string;
    before(async () => {
      lab = await startLab(running(), { AUTH: 'basic', BASIC_USERS: USER, MAX_BYTES: '100MB' });
      uploads = new URL('/uploads', (await lab.fetch('/health')).url).href;
      folder = mkdtempSync(join(tmpdir(), 's3-upload-'));
    });
    after(async () => {
      rmSync(folder, { recursive: true });
      await lab.stop();
    });

    const create = async (...fields: readonly string[]) =>
      JSON.parse(
        await curl('-u', USER, ...fields.flatMap((field) => ['-d', field]), uploads),
      ) as PlainCreated & Problem;

    for (const bytes of [0, 1000, 20 * MIB]) {
      it(`uploads ${bytes} bytes with three calls of curl`, async () => {
        const body = random(bytes);
        const file = join(folder, 'a b.bin');
        writeFileSync(file, body);
        const { url, headers, complete, key, method } = await create(
          'name=a b.bin',
          `bytes=${bytes}`,
        );
        assert.equal(method, 'PUT');
        const wanted = Object.entries(headers).flatMap(([name, value]) => [
          '-H',
          `${name}: ${value}`,
        ]);
        const answer = await curl(
          '--fail',
          '-D',
          '-',
          '-o',
          '/dev/null',
          '-T',
          file,
          ...wanted,
          url,
        );
        const etag = /^etag: *(\S+)/im.exec(answer)?.[1] ?? '';
        // A store that cannot list parts leaves it to the client to say which one it has sent.
        const receipt = running().config.profile.listParts ? [] : ['-d', `etag=${etag}`];
        const finished = await curl('-u', USER, '-X', 'POST', ...receipt, complete);
        const result = JSON.parse(finished) as Result;
        assert.equal(result.key, key);
        assert.equal(result.bytes, bytes);
        const sum = (of: Uint8Array) => createHash('sha256').update(of).digest('hex');
        assert.equal(sum(await download(running(), key)), sum(body));
      });
    }

    it('is told by name what is missing, unknown or too much', async () => {
      const cases: [string[], string, string | undefined][] = [
        [['bytes=10'], 'invalid_request', 'name'],
        [['name=a'], 'invalid_request', 'bytes'],
        [['name=a', 'bytes=ten'], 'invalid_request', 'bytes'],
        [['name=a', 'bytes=10', 'key=b'], 'invalid_request', 'key'],
        [['name=a', `bytes=${101e6}`], 'too_large', 'bytes'],
      ];
      for (const [fields, code, field] of cases) {
        const problem = await create(...fields);
        assert.deepEqual([problem.code, problem.field], [code, field], fields.join());
      }
    });

    it('cannot begin an id again, whose upload would be written over', async () => {
      const id = randomUUID();
      const { complete } = await create('name=a', 'bytes=1', `id=${id}`);
      assert.ok(complete.includes(id));
      const again = await create('name=a', 'bytes=1', `id=${id}`);
      assert.deepEqual([again.code, again.field], ['conflict', 'id']);
    });

    it('is not let in with another password', async () => {
      const answer = await curl('-u', 'backup:wrong', '-d', 'name=a', '-d', 'bytes=1', uploads);
      assert.equal((JSON.parse(answer) as Problem).code, 'unauthenticated');
    });
  },
  missing('curl'),
);
